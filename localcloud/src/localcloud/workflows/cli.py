"""``python -m localcloud workflows``: run, check, serve and evaluate workflows alone."""

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Protocol

DEFAULT_BASE_URL = "http://127.0.0.1:9000"


class Commands(Protocol):
    """Where commands are added: what ``ArgumentParser.add_subparsers`` returns."""

    def add_parser(self, name: str, *, help: str) -> argparse.ArgumentParser: ...  # noqa: A002 -- argparse names it


def add_commands(commands: Commands) -> None:
    """Add ``workflows`` with its commands; each sets ``run``, which returns the exit status."""
    workflows = commands.add_parser("workflows", help="run workflow definitions alone")
    own = workflows.add_subparsers(required=True, metavar="COMMAND")
    _add_run(own.add_parser("run", help="run a definition and print its result"))
    _add_check(own.add_parser("check", help="print why definitions cannot be deployed"))
    _add_serve(own.add_parser("serve", help="serve the definitions of a folder as workflows"))
    evaluate = own.add_parser("eval", help="evaluate JSON lines from stdin, for test suites")
    evaluate.set_defaults(run=_later("cli_eval", "evaluate_lines"))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``workflows …`` without the rest of the command line; return the exit status."""
    parser = argparse.ArgumentParser("python -m localcloud")
    add_commands(parser.add_subparsers(required=True, metavar="COMMAND"))
    options = parser.parse_args(arguments)
    status: int = options.run(options)
    return status


def _add_run(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", type=Path, help="the definition, YAML or JSON")
    parser.add_argument("--data", default=None, metavar="JSON", help="the argument of main")
    parser.add_argument(
        "--env",
        action="append",
        default=[],
        type=_variable,
        metavar="K=V",
        help="a variable for sys.get_env; may be repeated",
    )
    parser.add_argument(
        "--base-url",
        default=DEFAULT_BASE_URL,
        help="where Google's APIs are sent (%(default)s, a local cloud)",
    )
    _add_limits(parser)
    parser.set_defaults(run=_later("cli_run", "run_file"))


def _add_check(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    _add_limits(parser)
    parser.set_defaults(run=_later("cli_run", "check_files"))


def _add_serve(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="a workflow a file")
    parser.add_argument("--port", type=int, default=9000, help="(%(default)s)")
    parser.add_argument("--project", default="local-dev", help="(%(default)s)")
    parser.add_argument("--location", default="us-central1", help="(%(default)s)")
    parser.add_argument("--state", type=Path, default=Path(".localcloud"), help="(%(default)s)")
    parser.add_argument("--base-url", help="where Google's APIs are sent (default: this server)")
    _add_limits(parser)
    parser.set_defaults(run=_later("cli_serve", "serve_folder"))


def _add_limits(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--no-limits", action="store_true", help="do not enforce the quotas")


def _variable(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        raise argparse.ArgumentTypeError(f"{text!r} has not the form NAME=VALUE")
    return name, value


def _later(module: str, function: str) -> Callable[[argparse.Namespace], int]:
    """Return a command whose module is imported when it runs.

    The engine takes a moment to import; other commands of the process need not wait for it.
    """

    def run(options: argparse.Namespace) -> int:
        command = getattr(import_module(f"localcloud.workflows.{module}"), function)
        status: int = command(options)
        return status

    return run
