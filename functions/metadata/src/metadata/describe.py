"""The use case after Vision: from what is known of a picture to its description and verdict."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from metadata.examine import Examination
from metadata.inspect import Inspection
from metadata.original import Source
from metadata.record_metadata import metadata_of
from safelight.errors import OriginalGoneError
from safelight.policy import Policy
from safelight.record import Reason
from safelight.verdict import Verdict, judge
from safelight.vision import Annotations, ImageError, Region, combined, parse

STAGE: Final = "metadata"
_MAX_REGIONS: Final = 20

Responses = list[dict[str, Any]]
Recall = Callable[[str], Responses | None]
Keep = Callable[[str, Responses], None]
IsLive = Callable[[Source], bool]


class Outcome(StrEnum):
    APPROVED = "approved"
    QUARANTINED = "quarantined"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Picture:
    """Which picture, what it is, and what Vision said of each image of it.

    Without responses those that are kept count; ``vision_error`` is why Vision said nothing.
    """

    source: Source
    examination: Examination
    responses: Responses | None
    vision_error: ImageError | None


@dataclass(frozen=True, slots=True)
class Description:
    """What the record is to hold; a failed picture has neither verdict nor metadata."""

    outcome: Outcome
    reason: Reason | None
    verdict: Verdict | None = None
    metadata: dict[str, Any] | None = None
    crop_hints: tuple[Region, ...] = ()
    faces: tuple[Region, ...] = ()


@dataclass(frozen=True, slots=True)
class Describer:
    """Describes pictures under one policy."""

    recall: Recall
    keep: Keep
    is_live: IsLive
    policy: Policy

    def describe(self, picture: Picture) -> Description:
        """Return the description.

        Raises TransientError: then ask again; VisionFormatError for what Vision never says.
        """
        examination = picture.examination
        if examination.judges_original and not self.is_live(picture.source):
            # Vision read whatever was live, so what it said may be of another picture.
            gone = OriginalGoneError()
            return Description(Outcome.FAILED, Reason(gone.code, gone.message, STAGE))
        found = self._seen(picture)
        verdict = judge(found, picture.vision_error, self.policy, picture.source.name)
        seen = found or Annotations()
        hints = upright(seen.crop_hints, examination.inspection)
        faces = upright(seen.face_boxes, examination.inspection)
        return Description(
            outcome=Outcome(verdict.decision),
            reason=verdict.reasons[0] if verdict.reasons else None,
            verdict=verdict,
            metadata=metadata_of(
                examination.inspection, examination.sha256, seen, hints=hints, faces=faces
            ),
            crop_hints=hints,
            faces=faces,
        )

    def _seen(self, picture: Picture) -> Annotations | None:
        """Return what Vision said of all images together; None where it said nothing."""
        responses, examination = picture.responses, picture.examination
        if responses is None and not examination.images:
            responses = self.recall(examination.analysis)
        if responses is None:
            return None
        frames = [parse(response) for response in responses]
        if _is_whole(frames, examination):
            self.keep(examination.analysis, responses)
        is_seen = examination.inspection.is_complete and len(frames) >= examination.images
        return combined([*frames, *([] if is_seen else [_UNSEEN])])


_UNSEEN: Final = Annotations(error=ImageError(0, "A part of the picture was not looked at."))


def _is_whole(frames: Sequence[Annotations], examination: Examination) -> bool:
    """Tell whether the answers are worth keeping: all there, and none with an error."""
    judged = (frame.safe_search is not None and frame.error is None for frame in frames)
    return len(frames) == examination.images and all(judged)


def upright(regions: Sequence[Region], found: Inspection) -> tuple[Region, ...]:
    """Return the regions in pixels of the upright original, cut to it."""
    return within(tuple(_scaled(one, found) for one in regions[:_MAX_REGIONS]), *_size(found))


def _scaled(region: Region, found: Inspection) -> Region:
    across, down = found.width / found.seen[0], found.height / found.seen[1]
    return Region(
        round(region.x * across),
        round(region.y * down),
        round(region.width * across),
        round(region.height * down),
        region.confidence,
    )


def _size(found: Inspection) -> tuple[int, int]:
    return found.width, found.height


def within(regions: tuple[Region, ...], width: int, height: int) -> tuple[Region, ...]:
    """Return the regions cut to the picture, without those outside of it."""
    cut = (
        Region(
            one.x,
            one.y,
            min(one.width, width - one.x),
            min(one.height, height - one.y),
            max(0.0, min(1.0, one.confidence)),
        )
        for one in regions
    )
    return tuple(one for one in cut if one.width > 0 and one.height > 0)
