"""``python -m thumbnailer`` serves, ``render`` renders local files, ``recipes`` names recipes."""

import gc
import sys


def main() -> int:
    """Do what the command line says; each way imports only what it needs."""
    if sys.argv[1:2] == ["render"]:
        from thumbnailer import command  # noqa: PLC0415 -- needs no clients and no server

        return command.main(sys.argv[2:])
    if sys.argv[1:2] == ["recipes"]:
        from thumbnailer import listing  # noqa: PLC0415 -- the same

        return listing.main(sys.argv[2:])
    # What is imported stays: there is nothing to collect until the service is ready.
    gc.disable()
    from thumbnailer.main import serve_from_environment  # noqa: PLC0415 -- not for the other ways

    serve_from_environment()
    return 0


if __name__ == "__main__":
    sys.exit(main())
