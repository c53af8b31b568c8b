"""``safelight review``: list, approve, reject; and appeal in an owner's name."""

import argparse
import getpass
import os
import sys
from collections.abc import Mapping
from typing import Any

from safelight import review
from safelight_cli.doctor.deployment import Deployment
from safelight_cli.wiring import Parts, connect

_MOST = 200


def add_review(commands: Any) -> None:
    """Add the command to those of the parser."""
    told = commands.add_parser("review", help="decide about pictures that are held back")
    parts = told.add_subparsers(dest="part", required=True)
    _add(parts, "list", _list, "pictures that wait, those with an appeal first")
    for name, act in (("approve", _approve), ("reject", _reject)):
        one = _add(parts, name, act, f"{name} a picture")
        one.add_argument("image", metavar="IMAGE")
        one.add_argument("--reviewer", default=getpass.getuser(), help="who decides (%(default)s)")
        one.add_argument("--reason", required=True, help="kept in the picture's timeline")
    one = _add(parts, "appeal", _appeal, "ask for another look, in the owner's name")
    one.add_argument("image", metavar="IMAGE")
    one.add_argument("--text", required=True, help="why the picture should be shown")


def line(record: Mapping[str, Any]) -> str:
    """Return what the list tells of one picture."""
    reason = (record.get("reason") or {}).get("code") or "-"
    asked = f" appeal: {record['appeal']['text']!r}" if review.is_appealed(record) else ""
    name = record["original"]["name"]
    return f"{record['state']:11} {record['imageId']} {reason} {name!r}{asked}"


def _add(parts: Any, name: str, act: Any, words: str) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = parts.add_parser(name, help=words)
    made.add_argument("--project", default=os.environ.get("GOOGLE_CLOUD_PROJECT"))
    made.add_argument("--region", default=os.environ.get("GOOGLE_CLOUD_LOCATION"))
    made.set_defaults(act=act)
    return made


def _parts(options: argparse.Namespace) -> Parts:
    return connect(Deployment.at(options.project, options.region))


def _list(options: argparse.Namespace) -> bool:
    for record in _parts(options).records.to_review(_MOST):
        sys.stdout.write(f"{line(record)}\n")
    return True


def _approve(options: argparse.Namespace) -> bool:
    said, parts = review.opinion(options.reviewer, options.reason), _parts(options)
    review.approve(parts.records, parts.queue, options.image, said)
    return True


def _reject(options: argparse.Namespace) -> bool:
    said = review.opinion(options.reviewer, options.reason)
    review.reject(_parts(options).records, options.image, said)
    return True


def _appeal(options: argparse.Namespace) -> bool:
    review.appeal(_parts(options).records, options.image, options.text)
    return True
