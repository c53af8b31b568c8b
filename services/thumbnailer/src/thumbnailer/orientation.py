"""The eight ways in which a camera may have been held (EXIF 2.32, tag 0x0112)."""

from dataclasses import replace
from typing import Final

from PIL import Image

from thumbnailer.geometry import Box, Cut, Size

UPRIGHT: Final = 1
TAG: Final = 0x0112

_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
# How a place in the upright picture is found in the stored one: mirrored, then axes swapped.
_MIRRORED_X: Final = frozenset({2, 3, 6, 7})
_MIRRORED_Y: Final = frozenset({3, 4, 7, 8})
_SWAPPED: Final = frozenset({5, 6, 7, 8})


def known(value: object) -> int:
    """Return the orientation that a file declares; upright if it makes no sense."""
    return value if isinstance(value, int) and value in _TURNS else UPRIGHT


def upright_size(stored: Size, orientation: int) -> Size:
    return (stored[1], stored[0]) if orientation in _SWAPPED else stored


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


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """Return the stored pixels as they are to be seen."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image
