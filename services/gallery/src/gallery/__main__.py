"""``python -m gallery`` serves on ``$PORT``."""

from gallery.main import serve_from_environment

if __name__ == "__main__":
    serve_from_environment()
