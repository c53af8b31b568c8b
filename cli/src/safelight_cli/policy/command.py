"""The arguments of ``safelight policy``."""

import argparse
import os
import sys
from pathlib import Path
from typing import Any

from safelight.policy_file import load_policies
from safelight_cli.doctor.deployment import Deployment, PlaceError
from safelight_cli.policy.run import run_replay
from safelight_cli.wiring import connect

_REPLAY = """Decide all pictures anew from what Vision said of them, without asking Vision again.
Without --apply nothing is changed. Exit status: 0 all pictures are as the policy wants them,
1 some are not (dry run) or not yet, 2 it could not be done."""


def add_policy(commands: Any) -> None:
    """Add the command to those of the parser."""
    policy = commands.add_parser("policy", help="what the gate follows")
    parts = policy.add_subparsers(dest="part", required=True)
    told = parts.add_parser("replay", help="decide all pictures anew", description=_REPLAY)
    told.add_argument("--policy", required=True, metavar="NAME")
    told.add_argument("--policies", type=Path, metavar="FILE", default=_file(), help="JSON")
    told.add_argument("--apply", action="store_true", help="change what is listed")
    told.add_argument("--after", metavar="IMAGE", help="go on after this picture")
    told.add_argument("--project", default=os.environ.get("GOOGLE_CLOUD_PROJECT"))
    told.add_argument("--region", default=os.environ.get("GOOGLE_CLOUD_LOCATION"))
    told.set_defaults(act=_replay)


def _file() -> Path | None:
    named = os.environ.get("POLICIES_FILE")
    return Path(named) if named else None


def _replay(options: argparse.Namespace) -> bool:
    policies = load_policies(options.policies)
    if options.policy not in policies:
        raise PlaceError(f"there is no policy {options.policy}; there are: {', '.join(policies)}")
    parts = connect(Deployment.at(options.project, options.region))
    screen = sys.stdout, sys.stderr
    policy = policies[options.policy]
    return run_replay(parts, policy, screen, options.after, apply=options.apply)
