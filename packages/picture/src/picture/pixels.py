"""Brings the pixel layouts of all formats to the four that are worked with.

Those are grey (L), colour (RGB), colour with transparency (RGBA) and print (CMYK).
"""

from collections.abc import Callable
from typing import Final, cast

from PIL import Image

_OPAQUE: Final = 255


def unify(image: Image.Image) -> Image.Image:
    """Return the picture in one of the four layouts; without an alpha channel if all is opaque."""
    convert = _CONVERSIONS.get(image.mode, _as_is)
    return without_needless_alpha(convert(image))


def without_needless_alpha(image: Image.Image) -> Image.Image:
    if image.mode != "RGBA" or image.getchannel("A").getextrema() != (_OPAQUE, _OPAQUE):
        return image
    return image.convert("RGB")


def has_transparency(image: Image.Image) -> bool:
    return image.mode == "RGBA"


def _as_is(image: Image.Image) -> Image.Image:
    if image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _grey(image: Image.Image) -> Image.Image:
    return image.convert("RGBA" if image.has_transparency_data else "L")


def _palette(image: Image.Image) -> Image.Image:
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _colour(image: Image.Image) -> Image.Image:
    """Colour; a PNG may declare one of its colours transparent."""
    return image.convert("RGBA") if image.has_transparency_data else image


def _grey_16(image: Image.Image) -> Image.Image:
    # Image.convert clips 16-bit values at 255 instead of scaling them.
    return image.convert("I").point(lambda value: value * (1 / 257)).convert("L")


def _grey_wide(image: Image.Image) -> Image.Image:
    """Scientific pictures: what is darkest becomes black, what is brightest white."""
    floats = image.convert("F")
    low, high = cast("tuple[float, float]", floats.getextrema())
    span = (high - low) or 1.0
    scale, offset = 255 / span, -low * 255 / span
    return floats.point(lambda value: value * scale + offset).convert("L")


_CONVERSIONS: Final[dict[str, Callable[[Image.Image], Image.Image]]] = {
    "1": _grey,
    "L": _grey,
    "LA": lambda image: image.convert("RGBA"),
    "P": _palette,
    "RGB": _colour,
    "I;16": _grey_16,
    "I;16L": _grey_16,
    "I;16B": _grey_16,
    "I": _grey_wide,
    "F": _grey_wide,
}
