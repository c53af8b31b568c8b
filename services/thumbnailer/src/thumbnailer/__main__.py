"""``python -m thumbnailer`` serves."""

from thumbnailer.main import main

if __name__ == "__main__":
    main()
