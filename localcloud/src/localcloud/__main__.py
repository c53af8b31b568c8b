"""``python -m localcloud``: Google Cloud on this machine."""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from localcloud.environment import KEY_FILE, client_environment, gcloud_environment
from localcloud.errors import StartError
from localcloud.greeting import greeting
from localcloud.stack import Stack, load_stack
from localcloud.workflows import cli as workflows

DEFAULT_PORT = 9000
DEFAULT_PROJECT = "local-dev"
DEFAULT_LOCATION = "us-central1"


def main() -> int:
    """Run the command; returns its exit status."""
    parser = _parser()
    options = parser.parse_args()
    try:
        status: int = options.run(options)
    except StartError as error:
        sys.stderr.write(f"localcloud: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
    return status


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        "python -m localcloud", description="Google Cloud on this machine."
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    up = commands.add_parser("up", help="serve the APIs, and run a stack on them, until stopped")
    up.add_argument("--cold", action="store_true", help="load the Vision models at the first call")
    up.set_defaults(run=_up)
    env = commands.add_parser("env", help="print the variables that point Google's clients here")
    env.set_defaults(run=_env)
    for command in (up, env):
        command.add_argument("--stack", type=Path, help="what to run (default: only the APIs)")
        command.add_argument("--data", type=Path, default=Path(".localcloud"), help="(%(default)s)")
        command.add_argument("--port", type=int, default=_default_port(), help="(%(default)s)")
    workflows.add_commands(commands)
    return parser


def _default_port() -> int:
    text = os.environ.get("LOCALCLOUD_PORT", str(DEFAULT_PORT))
    if not text.isdigit():
        sys.exit(f"localcloud: LOCALCLOUD_PORT is no port: {text!r}")
    return int(text)


def _stack(options: argparse.Namespace) -> Stack:
    if options.stack is None:
        return Stack(project=DEFAULT_PROJECT, location=DEFAULT_LOCATION)
    return load_stack(options.stack, options.port)


def _env(options: argparse.Namespace) -> int:
    """Print ``export`` lines for ``eval``."""
    stack = _stack(options)
    key_file = options.data.resolve() / KEY_FILE
    variables = client_environment(stack.project, stack.location, options.port, key_file)
    variables |= gcloud_environment(stack.project, options.port)
    for name, value in variables.items():
        sys.stdout.write(f"export {name}={value}\n")
    return 0


def _up(options: argparse.Namespace) -> int:
    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    logging.getLogger("httpx").setLevel("WARNING")
    asyncio.run(_serve(options, _stack(options)))
    return 0


async def _serve(options: argparse.Namespace, stack: Stack) -> None:
    from localcloud.cloud import Cloud, Options  # noqa: PLC0415 -- a second that `env` need not wait

    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    settings = Options(options.data.resolve(), options.port, warm=not options.cold)
    async with Cloud(settings, stack) as cloud:
        waiting = asyncio.create_task(cloud.ready())
        stop = asyncio.create_task(stopping.wait())
        await asyncio.wait((waiting, stop), return_when=asyncio.FIRST_COMPLETED)
        if waiting.done():
            text = greeting(stack, options.port, settings.folder, options.stack)
            sys.stdout.write(text)
            sys.stdout.flush()
        await stop


sys.exit(main())
