"""The use case: one picture in, its description and verdict out."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Protocol

from metadata.inspect import Inspection
from metadata.record_metadata import metadata_of
from safelight.errors import PermanentError
from safelight.policy import Policy
from safelight.record import Reason
from safelight.verdict import Verdict, judge
from safelight.vision import Annotations, ImageError, Region

STAGE: Final = "metadata"
_MAX_HINTS: Final = 16


class Fetched(Protocol):
    """An original on this machine, for a while."""

    @property
    def sha256(self) -> str: ...
    def fileno(self) -> int: ...


Fetch = Callable[[str, str, int], AbstractContextManager[Fetched]]
Inspect = Callable[[int], Inspection]


class Outcome(StrEnum):
    APPROVED = "approved"
    QUARANTINED = "quarantined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Picture:
    """Which picture, and what Vision said of it; ``vision_error`` is why it said nothing."""

    bucket: str
    name: str
    generation: int
    annotations: Annotations | None
    vision_error: ImageError | None


@dataclass(frozen=True, slots=True)
class Description:
    """What the record is to hold; a failed picture has neither verdict nor metadata."""

    outcome: Outcome
    reason: Reason | None
    verdict: Verdict | None = None
    metadata: dict[str, Any] | None = None
    crop_hints: tuple[Region, ...] = ()


class Describer:
    """Describes pictures under one policy."""

    def __init__(self, fetch: Fetch, inspect: Inspect, policy: Policy, *, gps: bool) -> None:
        self._fetch = fetch
        self._inspect = inspect
        self._policy = policy
        self._gps = gps

    def describe(self, picture: Picture) -> Description:
        """Return the description.  Raises TransientError: then ask again."""
        try:
            sha256, found = self._look_at(picture)
        except PermanentError as error:
            return Description(Outcome.FAILED, Reason(error.code, error.message, STAGE))
        verdict = judge(picture.annotations, picture.vision_error, self._policy)
        seen = picture.annotations or Annotations()
        hints = within(seen.crop_hints, found.width, found.height)
        return Description(
            outcome=Outcome(verdict.decision),
            reason=verdict.reasons[0] if verdict.reasons else None,
            verdict=verdict,
            metadata=metadata_of(found, sha256, seen, hints, gps=self._gps),
            crop_hints=hints,
        )

    def _look_at(self, picture: Picture) -> tuple[str, Inspection]:
        with self._fetch(picture.bucket, picture.name, picture.generation) as original:
            return original.sha256, self._inspect(original.fileno())


def within(hints: tuple[Region, ...], width: int, height: int) -> tuple[Region, ...]:
    """Return the hints cut to the picture, without those outside of it."""
    cut = (
        Region(
            hint.x,
            hint.y,
            min(hint.width, width - hint.x),
            min(hint.height, height - hint.y),
            max(0.0, min(1.0, hint.confidence)),
        )
        for hint in hints[:_MAX_HINTS]
    )
    return tuple(hint for hint in cut if hint.width > 0 and hint.height > 0)
