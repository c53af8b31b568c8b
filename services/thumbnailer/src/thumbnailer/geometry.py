"""Where a variant is cut from a picture, and how large it becomes. Pure arithmetic."""

from dataclasses import dataclass, replace
from typing import Final

from picture.orientation import Size

Point = tuple[float, float]

CENTRE: Final[Point] = (0.5, 0.5)

# How a place in the upright picture is found in the stored one, for each EXIF orientation:
# mirrored first, then axes swapped.
_MIRRORED_X: Final = frozenset({2, 3, 6, 7})
_MIRRORED_Y: Final = frozenset({3, 4, 7, 8})
_SWAPPED: Final = frozenset({5, 6, 7, 8})


@dataclass(frozen=True)
class Box:
    """A part of a picture, in pixels of the full-size original."""

    left: float
    top: float
    width: float
    height: float

    def holds(self, other: "Box", slack: float = 1e-6) -> bool:
        return (
            self.left <= other.left + slack
            and self.top <= other.top + slack
            and self.left + self.width >= other.left + other.width - slack
            and self.top + self.height >= other.top + other.height - slack
        )


@dataclass(frozen=True)
class Cut:
    """A variant's part of the original and its size in pixels."""

    region: Box
    size: Size

    @property
    def scale(self) -> float:
        """Pixels of the variant per pixel of the original, on the more demanding side."""
        return max(self.size[0] / self.region.width, self.size[1] / self.region.height)


def inside(picture: Size, bounds: Size, *, enlarge: bool = False) -> Cut:
    """Return the whole picture, no larger than ``bounds``."""
    scale = min(bounds[0] / picture[0], bounds[1] / picture[1])
    scale = scale if enlarge else min(1.0, scale)
    return Cut(whole(picture), (_pixels(picture[0] * scale), _pixels(picture[1] * scale)))


def cover(picture: Size, wanted: Size, focus: Point = CENTRE, *, enlarge: bool = False) -> Cut:
    """Return the largest part with the shape of ``wanted``, placed around ``focus``.

    A part with fewer pixels than wanted keeps its own size and the shape.
    """
    scale = max(wanted[0] / picture[0], wanted[1] / picture[1])
    width, height = min(picture[0], wanted[0] / scale), min(picture[1], wanted[1] / scale)
    left, top = _place(focus[0], width, picture[0]), _place(focus[1], height, picture[1])
    size = wanted if enlarge or scale <= 1 else (_pixels(width), _pixels(height))
    return Cut(Box(left, top, width, height), size)


def fill(picture: Size, wanted: Size, *, enlarge: bool = False) -> Cut:
    """Return the whole picture, stretched to ``wanted``."""
    if enlarge:
        return Cut(whole(picture), wanted)
    return Cut(whole(picture), (min(wanted[0], picture[0]), min(wanted[1], picture[1])))


def whole(picture: Size) -> Box:
    return Box(0.0, 0.0, float(picture[0]), float(picture[1]))


def _place(focus: float, length: float, available: float) -> float:
    return max(0.0, min(focus * available - length / 2, available - length))


def _pixels(length: float) -> int:
    return max(1, round(length))


def as_stored(cut: Cut, upright: Size, orientation: int) -> Cut:
    """Return the cut of the upright picture in the coordinates of the stored pixels."""
    box = cut.region
    if orientation in _MIRRORED_X:
        box = replace(box, left=upright[0] - box.left - box.width)
    if orientation in _MIRRORED_Y:
        box = replace(box, top=upright[1] - box.top - box.height)
    if orientation not in _SWAPPED:
        return Cut(box, cut.size)
    return Cut(Box(box.top, box.left, box.height, box.width), (cut.size[1], cut.size[0]))
