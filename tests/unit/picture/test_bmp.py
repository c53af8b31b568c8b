"""BMPs are written by hand here: Pillow writes none of these."""

import struct
from typing import Any

import pytest

from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import near, show_one

FIELDS, FIELDS_AND_ALPHA = 3, 6
SHORT_HEADER, LONG_HEADER = 40, 108


def bmp(bits: int, pixels: bytes, *, packing: int = FIELDS, height: int = 2, **more: Any) -> bytes:
    """A BMP of two by two pixels, the lowest row first."""
    palette, length = more.get("palette", b""), more.get("header", SHORT_HEADER)
    masks = b"".join(mask.to_bytes(4, "little") for mask in more.get("masks", ()))
    rest = masks.ljust(length - SHORT_HEADER, b"\0")
    start = 14 + SHORT_HEADER + len(rest) + len(palette)
    header = struct.pack(
        "<IiiHHIIiiII", length, 2, height, 1, bits, packing, 0, 0, 0, len(palette) // 4, 0
    )
    file_header = struct.pack("<2sIII", b"BM", start + len(pixels), 0, start)
    return file_header + header + rest + palette + pixels


def shown(data: bytes) -> list[Any]:
    """All four pixels, the highest row first."""
    image = show_one(data, format="png")
    return [image.getpixel((across, down)) for down in (0, 1) for across in (0, 1)]


RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


@pytest.mark.parametrize(
    ("bits", "masks"),
    [
        (32, (0xFF, 0xFF00, 0xFF0000)),
        (32, (0xFFE00000, 0x1FFC00, 0x3FF)),
        (32, (0x3FF00000, 0xFFC00, 0x3FF)),
        (16, (0x3, 0x1C, 0x20)),
        (16, (0xF00, 0xF0, 0xF)),
    ],
)
def test_samples_may_have_any_bits(bits: int, masks: tuple[int, int, int]) -> None:
    red, green, blue = masks
    pixels = struct.pack("<4" + {16: "H", 32: "I"}[bits], blue, red | green | blue, red, green)

    assert shown(bmp(bits, pixels, masks=masks)) == [RED, GREEN, BLUE, WHITE]


def test_the_highest_row_may_come_first() -> None:
    pixels = struct.pack("<4I", 0xFF, 0xFF00, 0xFF0000, 0xFFFFFF)

    data = bmp(32, pixels, masks=(0xFF, 0xFF00, 0xFF0000), height=-2)

    assert shown(data) == [RED, GREEN, BLUE, WHITE]


@pytest.mark.parametrize(
    ("packing", "header"), [(FIELDS, LONG_HEADER), (FIELDS_AND_ALPHA, SHORT_HEADER)]
)
def test_transparency_is_a_field_too(packing: int, header: int) -> None:
    masks = (0xF00, 0xF0, 0xF, 0xF000)
    pixels = struct.pack("<4H", 0x00FF, 0x5F00, 0xFF00, 0xFFFF)

    colours = shown(bmp(16, pixels, packing=packing, masks=masks, header=header))

    assert near(colours[3], (255, 0, 0, 85), 1)
    assert near(colours[0], (255, 0, 0, 255), 1)
    assert colours[2][3] == 0


def test_a_field_without_bits_is_black() -> None:
    pixels = struct.pack("<4I", 255, 255, 255, 255)

    assert shown(bmp(32, pixels, masks=(0xFF, 0, 0x3FF00))) == [RED] * 4


def test_a_pixel_may_have_two_bits() -> None:
    palette = bytes((0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0, 255, 255, 255, 0))
    pixels = bytes((0b10110000, 0, 0, 0, 0b00010000, 0, 0, 0))

    assert shown(bmp(2, pixels, packing=0, palette=palette)) == [RED, GREEN, BLUE, WHITE]


def test_a_palette_that_is_too_long_does_no_harm() -> None:
    palette = bytes((0, 0, 255, 0)) + bytes((255, 0, 0, 0)) * 299

    assert shown(bmp(8, bytes(8), packing=0, palette=palette)) == [RED] * 4


@pytest.mark.parametrize(("bits", "packing"), [(24, 4), (0, 5), (1, FIELDS), (64, 0)])
def test_what_nobody_decodes_is_told_to_be_unsupported(bits: int, packing: int) -> None:
    with pytest.raises(Refusal) as refused:
        show_one(bmp(bits, bytes(99), packing=packing, masks=(1, 2, 4)))

    assert refused.value.code == "unsupported_format"


def test_pixels_that_break_off_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        show_one(bmp(32, bytes(9), masks=(0xFF, 0xFF00, 0xFF0000)))

    assert refused.value.code == "truncated"
