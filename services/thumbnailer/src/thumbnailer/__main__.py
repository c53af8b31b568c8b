"""``python -m thumbnailer`` serves; ``python -m thumbnailer render`` renders local files."""

import sys


def main() -> int:
    """Do what the command line says; each way imports only what it needs."""
    if sys.argv[1:2] == ["render"]:
        from thumbnailer import command  # noqa: PLC0415 -- needs no clients and no server

        return command.main(sys.argv[2:])
    from thumbnailer.main import serve_from_environment  # noqa: PLC0415 -- not for the other way

    serve_from_environment()
    return 0


if __name__ == "__main__":
    sys.exit(main())
