"""The operator's command: ``safelight demo``, ``doctor``, ``policy`` and ``review``."""

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import GoogleAuthError
from rich.console import Console

from safelight.policy_file import PolicyFileError
from safelight.review import ReviewError
from safelight_cli.demo.local_stack import StackError
from safelight_cli.demo.photos import PhotosMissingError
from safelight_cli.demo.run import run_demo
from safelight_cli.doctor.deployment import Deployment, PlaceError
from safelight_cli.doctor.run import run_doctor
from safelight_cli.policy.command import add_policy
from safelight_cli.review.command import add_review

DEFAULT_PORT = 9000
# What is told in a sentence; anything else is a defect and shows where.
_TROUBLE = (
    StackError,
    PhotosMissingError,
    PlaceError,
    PolicyFileError,
    ReviewError,
    GoogleAPIError,
    GoogleAuthError,
    OSError,
)


def main(arguments: Sequence[str]) -> int:
    """Run the command; returns its exit status."""
    options = _parser().parse_args(arguments)
    try:
        succeeded: bool = options.act(options)
    except _TROUBLE as error:
        sys.stderr.write(f"safelight: {error}\n")
        return 2
    except KeyboardInterrupt:
        return 130
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
    demo.set_defaults(act=_demo)
    doctor = commands.add_parser("doctor", help="prove that a deployment works")
    doctor.add_argument("--project", default=os.environ.get("GOOGLE_CLOUD_PROJECT"))
    doctor.add_argument("--region", default=os.environ.get("GOOGLE_CLOUD_LOCATION"))
    doctor.add_argument("--signer", help="in whose name to sign (default: the sender account)")
    doctor.add_argument("--timeout", type=float, default=120.0, help="seconds for each wait")
    doctor.set_defaults(act=_doctor)
    add_policy(commands)
    add_review(commands)
    return parser


def _demo(options: argparse.Namespace) -> bool:
    return run_demo(Console(), options.stack, options.data, options.port, options.pictures)


def _doctor(options: argparse.Namespace) -> bool:
    deployment = Deployment.at(options.project, options.region)
    signer = options.signer or deployment.sender
    return run_doctor(Console(), deployment, signer, options.timeout)
