"""Boxes and quadrangles in pixels."""

from dataclasses import dataclass

Point = tuple[float, float]
Quad = tuple[Point, Point, Point, Point]
"""Corners in Vision's order: top left, top right, bottom right, bottom left of the content."""


@dataclass(frozen=True, slots=True)
class Box:
    """An upright rectangle."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def center(self) -> Point:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    def scaled(self, factor: float) -> "Box":
        """Return the same box in pixels of a picture ``factor`` times as large."""
        return Box(self.left * factor, self.top * factor, self.right * factor, self.bottom * factor)

    def corners(self) -> Quad:
        return (
            (self.left, self.top),
            (self.right, self.top),
            (self.right, self.bottom),
            (self.left, self.bottom),
        )


def enclosing(boxes: list[Box]) -> Box:
    """Return the smallest box around all of them."""
    return Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def bounds(quads: list[Quad]) -> Box:
    """Return the smallest box around all corners."""
    xs = [x for quad in quads for x, _ in quad]
    ys = [y for quad in quads for _, y in quad]
    return Box(min(xs), min(ys), max(xs), max(ys))
