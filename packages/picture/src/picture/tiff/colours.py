"""Makes a picture of 8 bits a sample out of the samples of a TIFF (TIFF 6.0, section 8 and on)."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, cast

from PIL import Image, ImageChops, ImageMath

from picture.tiff.samples import FLOAT, SIGNED, UNSIGNED, Storage

WHITE_IS_ZERO, GREY, COLOUR, PALETTE, PRINT, LAB = 0, 1, 2, 3, 5, 8
# How the first sample beside the colours tells what can be seen through.
MULTIPLIED, SEPARATE = 1, 2
COLOURS: Final = {WHITE_IS_ZERO: 1, GREY: 1, COLOUR: 3, PALETTE: 1, PRINT: 4, LAB: 3}
_MODES: Final = {
    WHITE_IS_ZERO: "L",
    GREY: "L",
    COLOUR: "RGB",
    PALETTE: "RGB",
    PRINT: "CMYK",
    LAB: "LAB",
}
_WIDE: Final = 65_535


def mode_of(photometric: int, transparency: int, stored: Storage) -> str:
    """Return the mode of the picture that ``compose`` makes."""
    mode = _MODES[photometric]
    if transparency:
        return "LA" if mode == "L" else "RGBA"
    # What such grey means only its range tells, once all values are known.
    return "F" if mode == "L" and stored.kind != UNSIGNED else mode


def compose(
    bands: Sequence[Image.Image], photometric: int, transparency: int, stored: Storage
) -> Image.Image:
    """Return the picture; samples beyond the colours and their transparency are left out."""
    mode = mode_of(photometric, transparency, stored)
    if mode == "F":
        return bands[0].convert("F")
    if photometric == LAB:
        return Image.merge(
            mode, [_lab_levels(bands[number], stored.bits, number) for number in range(3)]
        )
    count = COLOURS[photometric]
    levels = [_levels(band, stored) for band in bands[:count]]
    if photometric == WHITE_IS_ZERO:
        levels[0] = ImageChops.invert(levels[0])
    colours = Image.merge(_MODES[photometric], levels)
    if not transparency:
        return colours
    return _see_through(
        colours, _shares(bands[count], stored), is_multiplied=transparency == MULTIPLIED
    )


def _see_through(colours: Image.Image, alpha: Image.Image, *, is_multiplied: bool) -> Image.Image:
    shown = colours.convert("RGB") if colours.mode == "CMYK" else colours
    if not is_multiplied:
        return Image.merge(shown.mode + "A", (*shown.split(), alpha))
    return Image.merge(shown.mode + "a", (*shown.split(), alpha)).convert(shown.mode + "A")


def look_up(numbers: Image.Image, palette: Sequence[int]) -> Image.Image:
    """Return the colours that 16-bit numbers stand for."""
    each = len(palette) // 3
    tables = ([value >> 8 for value in palette[at : at + each]] for at in range(0, 3 * each, each))
    missing = [0] * (_WIDE + 1 - each)
    return Image.merge("RGB", [numbers.point(table + missing, "L") for table in tables])


def _levels(band: Image.Image, stored: Storage) -> Image.Image:
    if stored.kind != FLOAT:
        return _shares(band, stored)
    # From black at 0 to white at 1, in linear light.
    return (
        _within_one(band).point(lambda value: value * _WIDE + 0).convert("I").point(_gamma(), "L")
    )


def _shares(band: Image.Image, stored: Storage) -> Image.Image:
    """Return the samples as shares of the largest, which is 1 for floats."""
    if stored.kind == FLOAT:
        return _within_one(band).point(lambda value: value * 255 + 0).convert("L")
    top = (1 << stored.bits) - 1
    low = 1 << (stored.bits - 1) if stored.kind == SIGNED else 0
    scale, offset = 255 / top, 255 * low / top
    return band.convert("F").point(lambda value: value * scale + offset).convert("L")


def _within_one(band: Image.Image) -> Image.Image:
    return cast("Image.Image", ImageMath.lambda_eval(_clamped, band=band))


def _clamped(known: dict[str, Any]) -> Any:
    return known["max"](known["min"](known["band"], 1.0), 0.0)


@lru_cache(maxsize=1)
def _gamma() -> list[int]:
    """Return the curve of sRGB (IEC 61966-2-1) for linear light of 16 bits."""
    linear = (level / _WIDE for level in range(_WIDE + 1))
    curved = (
        12.92 * light if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055  # noqa: PLR2004 -- constants of the standard
        for light in linear
    )
    return [round(255 * light) for light in curved]


def _lab_levels(band: Image.Image, bits: int, number: int) -> Image.Image:
    """Return a band of LAB as Pillow has it; what are signed numbers in the file begin at 128."""
    sign = 1 << (bits - 1) if number else 0
    return band.point([((value ^ sign) >> (bits - 8)) & 255 for value in range(_WIDE + 1)], "L")
