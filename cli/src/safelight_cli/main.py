"""The operator's command: ``safelight demo``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from safelight_cli.demo.local_stack import StackError
from safelight_cli.demo.photos import PhotosMissingError
from safelight_cli.demo.run import run_demo

DEFAULT_PORT = 9000


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        succeeded = run_demo(Console(), options.stack, options.data, options.port, options.pictures)
    except (StackError, PhotosMissingError, OSError) as error:
        sys.stderr.write(f"safelight: {error}\n")
        return 2
    return 0 if succeeded else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("safelight", description="Operate Safelight.")
    commands = parser.add_subparsers(dest="command", required=True)
    demo = commands.add_parser("demo", help="send pictures through the local stack and watch them")
    demo.add_argument(
        "--pictures", type=Path, help="a folder of your own pictures (default: samples)"
    )
    demo.add_argument("--stack", type=Path, default=Path("localcloud/stack.yaml"))
    demo.add_argument("--data", type=Path, default=Path(".localcloud"), help="where state is kept")
    port = int(os.environ.get("LOCALCLOUD_PORT", DEFAULT_PORT))
    demo.add_argument("--port", type=int, default=port, help="of localcloud (%(default)s)")
    return parser
