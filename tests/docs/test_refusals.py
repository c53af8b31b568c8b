"""The reference names every code of a refusal, and the limits as they are."""

import re

import pytest

from picture.limits import Limits
from picture.refusals import OUR_FAULT, SENTENCES
from tests.local_cloud import ROOT

TEXT = (ROOT / "docs/reference/errors.md").read_text()


def row(code: str) -> str:
    (meaning,) = re.findall(rf"^\| `{code}` \| (.+) \|$", TEXT, re.MULTILINE)
    return str(meaning)


@pytest.mark.parametrize("code", SENTENCES)
def test_every_refusal_has_one_row(code: str) -> None:
    assert row(code).endswith(".")


def test_the_codes_that_the_command_calls_failed_are_named() -> None:
    named = re.search(r"and `failed` where [^:]+: ([^.]+)\.", TEXT)

    assert named is not None
    assert set(re.findall(r"`(\w+)`", named[1])) == OUR_FAULT


def test_the_limits_are_told_as_they_are() -> None:
    limits, pixels = Limits(), row("too_many_pixels")
    millions = [limits.max_pixels, limits.max_costly_pixels, limits.max_moving_pixels]

    assert re.findall(r"(\d+) million", pixels) == [str(each // 1_000_000) for each in millions]
    assert f"{limits.max_side:,} on a side" in pixels
    assert f"{limits.max_run_bytes // 1024**2} MB" in row("too_large")
