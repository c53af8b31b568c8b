"""Brings the pixel layouts of all formats to the four that are worked with.

Those are grey (L), colour (RGB), colour with transparency (RGBA) and print (CMYK).
"""

from collections.abc import Callable
from typing import Final, cast

from PIL import Image, ImageFile

from picture.refusals import Refusal

_OPAQUE: Final = 255
_LEVELS_16: Final = 65_536
# How far apart two grey levels of fewer bits are among 256.
_STEPS: Final = {"L;2": 85, "L;4": 17}
_COLOUR_16: Final = "RGB;16B"


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


def scale_transparency(image: ImageFile.ImageFile) -> None:
    """Scale the colour that a PNG declares transparent as its pixels are going to be.

    Pillow scales the pixels to 8 bits, and leaves that colour as it stands in the file.
    """
    told = image.info.get("transparency")
    stored = image.tile[0].args if image.tile else None
    if isinstance(told, int) and stored in _STEPS:
        image.info["transparency"] = told * _STEPS[stored]
    elif isinstance(told, tuple) and stored == _COLOUR_16:
        image.info["transparency"] = tuple(value >> 8 for value in told)


def _as_is(image: Image.Image) -> Image.Image:
    if image.mode in {"L", "RGB", "RGBA", "CMYK"}:
        return image
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _grey(image: Image.Image) -> Image.Image:
    return image.convert("RGBA" if image.has_transparency_data else "L")


def _palette(image: Image.Image) -> Image.Image:
    if image.palette is None:
        raise Refusal("damaged")
    return image.convert("RGBA" if image.has_transparency_data else "RGB")


def _colour(image: Image.Image) -> Image.Image:
    """Colour; a PNG may declare one of its colours transparent."""
    return image.convert("RGBA") if image.has_transparency_data else image


def _grey_16(image: Image.Image) -> Image.Image:
    wide = image.convert("I")
    # Image.convert clips 16-bit values at 255 instead of scaling them.
    grey = wide.point(lambda value: value * (1 / 257)).convert("L")
    told = image.info.get("transparency")
    if not isinstance(told, int):
        return grey
    alpha = wide.point([_OPAQUE * (level != told) for level in range(_LEVELS_16)], "L")
    return Image.merge("RGBA", (grey, grey, grey, alpha))


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
    "La": lambda image: image.convert("LA").convert("RGBA"),
    "P": _palette,
    "RGB": _colour,
    "I;16": _grey_16,
    "I;16L": _grey_16,
    "I;16B": _grey_16,
    "I": _grey_wide,
    "F": _grey_wide,
}
