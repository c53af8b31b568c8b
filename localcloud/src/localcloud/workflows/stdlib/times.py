"""Times, the namespace ``time``.

https://cloud.google.com/workflows/docs/reference/stdlib/time
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from localcloud.workflows.failures import value_error
from localcloud.workflows.stdlib.function import NUMBER, STRING, Function, Param

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RFC_3339 = re.compile(r"(\d{4}-\d{2}-\d{2})[Tt ](\d{2}:\d{2}:\d{2})(\.\d+)?([Zz]|[+-]\d{2}:\d{2})")


def to_text(seconds: float, timezone: str) -> str:
    """Return seconds since 1970 as RFC 3339, always with six digits of a second."""
    try:
        moment = _EPOCH + timedelta(microseconds=round(seconds * 1e6))
        local = moment.astimezone(_zone(timezone))
    except (OverflowError, ValueError) as fault:
        raise value_error(f"the time {seconds} is out of range") from fault
    return local.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _zone(name: str) -> tzinfo:
    if name in ("", "UTC"):
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as fault:
        raise value_error(f"unknown time zone '{name}'") from fault


def parse(value: str) -> float:
    """Return the seconds since 1970 of a moment given as in RFC 3339."""
    match = _RFC_3339.fullmatch(value)
    if match is None:
        raise value_error(f"not a time as in RFC 3339: '{value}'")
    day, clock, fraction, offset = match.groups()
    try:
        moment = datetime.fromisoformat(f"{day}T{clock}{offset.upper()}")
    except ValueError as fault:
        raise value_error(f"not a time as in RFC 3339: '{value}'") from fault
    return (moment - _EPOCH).total_seconds() + float(fraction or 0)


FUNCTIONS = (
    Function(
        "time.format", (Param("seconds", NUMBER), Param("timezone", STRING, default="UTC")), to_text
    ),
    Function("time.parse", (Param("value", STRING),), parse),
)
