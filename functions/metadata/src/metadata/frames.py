"""Which frames of an animation, or pages of a document, are judged for all of it.

The first, the last, and those that differ most from these and from each other.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageFile

from picture import decode, formats
from picture.header import Header
from picture.limits import Limits
from picture.refusals import Refusal

_SIDE: Final = 8

See = Callable[[Image.Image], Image.Image]
"""Returns a frame as it is to be judged."""


@dataclass(frozen=True)
class Frame:
    """A frame that was looked at; the signature is the frame in very small."""

    number: int
    signature: bytes
    image: Image.Image


@dataclass(frozen=True)
class Survey:
    """The frames chosen, the first one included.

    ``is_complete`` is false where a frame cannot be decoded, or they are too many to look at each.
    """

    frames: tuple[Frame, ...]
    duration_ms: int | None
    is_complete: bool


def has_more(header: Header) -> bool:
    """Tell whether there are frames or pages; behind a JPEG are its previews and gain maps."""
    return header.frames > 1 and header.form is not formats.JPEG


def survey(header: Header, see: See, count: int, limits: Limits) -> Survey:
    """Look at every frame of the file and choose ``count`` of them, at least two."""
    frames: tuple[Frame, ...] = ()
    durations_ms: list[float] = []
    try:
        image = decode.open_header(header.moving, header.form, limits)
        last = max(header.frames, decode.count_frames(image)) - 1
        for number in range(_affordable(image, last + 1, limits)):
            signed = _frame(decode.load_frame(image, number, limits), number, see)
            durations_ms.append(_duration_ms(image))
            frames = chosen((*frames, signed), count, last)
        is_complete = len(durations_ms) > last
    except Refusal:
        is_complete = False
    duration_ms = round(sum(durations_ms)) if is_complete else 0
    return Survey(frames, duration_ms or None, is_complete)


def chosen(frames: Sequence[Frame], count: int, last: int) -> tuple[Frame, ...]:
    """Return the frames without the one that the others make superfluous, if they are too many."""
    if len(frames) <= count:
        return tuple(frames)
    spare = [frame for frame in frames if frame.number not in {0, last}]
    least = min(spare, key=lambda frame: _apart(frame, frames))
    return tuple(frame for frame in frames if frame is not least)


def _apart(frame: Frame, frames: Sequence[Frame]) -> list[int]:
    """Return how far a frame is from each other one, the most similar first."""
    others = (other.signature for other in frames if other is not frame)
    return sorted(_difference(frame.signature, other) for other in others)


def _difference(first: bytes, second: bytes) -> int:
    return sum(abs(one - other) for one, other in zip(first, second, strict=True))


def _affordable(image: ImageFile.ImageFile, frames: int, limits: Limits) -> int:
    return min(frames, limits.max_surveyed_pixels // (image.width * image.height))


def _frame(loaded: Image.Image, number: int, see: See) -> Frame:
    image = see(loaded)
    small = image.convert("RGB").resize((_SIDE, _SIDE), Image.Resampling.BOX, reducing_gap=1.0)
    return Frame(number, small.tobytes(), image)


def _duration_ms(image: Image.Image) -> float:
    told = image.info.get("duration")
    return told if isinstance(told, int | float) and 0 <= told < float("inf") else 0
