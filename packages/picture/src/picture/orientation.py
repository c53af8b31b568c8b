"""The eight ways in which a camera may have been held (EXIF 2.32, tag 0x0112)."""

from typing import Final

from PIL import Image

Size = tuple[int, int]

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
_SWAPPED: Final = frozenset({5, 6, 7, 8})


def known(value: object) -> int:
    """Return the orientation that a file declares; upright if it makes no sense."""
    return value if isinstance(value, int) and value in _TURNS else UPRIGHT


def upright_size(stored: Size, orientation: int) -> Size:
    return (stored[1], stored[0]) if orientation in _SWAPPED else stored


def turn(image: Image.Image, orientation: int) -> Image.Image:
    """Return the stored pixels as they are to be seen."""
    return image.transpose(_TURNS[orientation]) if orientation in _TURNS else image
