"""TIFFs are written by hand here: Pillow writes none of these."""

import struct
import zlib
from collections.abc import Sequence
from typing import Any

import pytest
from PIL import Image

from picture import decode
from picture.limits import Limits
from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import encoded, near, show_one
from thumbnailer.order import Order
from thumbnailer.recipe import Recipe
from thumbnailer.steps import render

FLOATS, UNSIGNED = 3, 1
PACKED_SIZES = {16: "H", 32: "I"}
WHITE_IS_ZERO, GREY, COLOUR, PALETTE, PRINT, LAB = 0, 1, 2, 3, 5, 8
WIDTH, HEIGHT = 4, 2
# Half of the light is 188 on a screen.
RED, HALF_GREEN = (1.0, 0.0, 0.0), (0.0, 0.5, 0.0)
SEEN_RED, SEEN_HALF_GREEN = (255, 0, 0), (0, 188, 0)


def tiff(
    parts: Sequence[bytes],
    bits: Sequence[int],
    photometric: int,
    *,
    order: str = "<",
    **more: Any,
) -> bytes:
    """A TIFF of four by two pixels; ``more`` are tags named by ``t`` and their number."""
    places = [8 + sum(len(part) for part in parts[:number]) for number in range(len(parts))]
    tags: dict[int, Sequence[int]] = {
        256: [WIDTH],
        257: [HEIGHT],
        258: bits,
        259: [1],
        262: [photometric],
        273: places,
        277: [len(bits)],
        278: [HEIGHT],
        279: [len(part) for part in parts],
    }
    tags |= {
        int(name[1:]): [told] if isinstance(told, int) else told for name, told in more.items()
    }
    if 324 in tags:
        tags |= {324: tags.pop(273), 325: tags.pop(279)}
        del tags[278]
    body = b"".join(parts)
    behind, entries = 8 + len(body), []
    for tag, values in sorted(tags.items()):
        # A number of 16 bits where it may be one: readers insist for some.
        code, kind = ("I", 4) if tag in {273, 279, 324, 325} else ("H", 3)
        packed = struct.pack(f"{order}{len(values)}{code}", *values)
        if len(packed) > 4:
            body += packed
            packed = struct.pack(f"{order}I", behind)
            behind += len(body) - (behind - 8)
        entries.append(struct.pack(f"{order}HHI", tag, kind, len(values)) + packed.ljust(4, b"\0"))
    mark = b"II*\0" if order == "<" else b"MM\0*"
    directory = struct.pack(f"{order}H", len(entries)) + b"".join(entries) + bytes(4)
    return mark + struct.pack(f"{order}I", 8 + len(body)) + body + directory


def floats(pixels: Sequence[Sequence[float]], order: str = "<", code: str = "f") -> bytes:
    values = [value for pixel in pixels for value in pixel]
    return struct.pack(f"{order}{len(values)}{code}", *values)


def shown(data: bytes) -> list[Any]:
    """The first and the last pixel."""
    image = show_one(data, format="png")
    assert image.size == (WIDTH, HEIGHT)
    return [image.getpixel((0, 0)), image.getpixel((WIDTH - 1, HEIGHT - 1))]


def is_red_and_green(data: bytes) -> bool:
    first, last = shown(data)
    return near(first, SEEN_RED, 1) and near(last, SEEN_HALF_GREEN, 1)


ROW = [RED, RED, HALF_GREEN, HALF_GREEN]
PIXELS = ROW * HEIGHT
COLOUR_FLOATS: dict[str, Any] = {"t339": [FLOATS] * 3}


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize(("code", "bits"), [("e", 16), ("f", 32), ("d", 64)])
def test_floats_of_colour_are_light(order: str, code: str, bits: int) -> None:
    data = tiff([floats(PIXELS, order, code)], [bits] * 3, COLOUR, order=order, **COLOUR_FLOATS)

    assert is_red_and_green(data)


def test_pixels_are_counted_and_not_their_bytes() -> None:
    data = tiff([floats(PIXELS)], [32] * 3, COLOUR, **COLOUR_FLOATS)
    limits = Limits(max_pixels=WIDTH * HEIGHT)
    decode.prepare(limits)

    assert render(data, Order((Recipe("one", 8, 8),), limits=limits)).width == WIDTH


def test_more_light_than_white_is_white() -> None:
    bright = floats([(1e9, float("inf"), 7.0)] * 8)

    assert shown(tiff([bright], [32] * 3, COLOUR, **COLOUR_FLOATS)) == [(255, 255, 255)] * 2


def test_bands_may_stand_apart() -> None:
    planes = [floats([pixel[number : number + 1] for pixel in PIXELS]) for number in range(3)]

    assert is_red_and_green(tiff(planes, [32] * 3, COLOUR, t284=2, **COLOUR_FLOATS))


def test_samples_may_be_packed() -> None:
    packed = zlib.compress(floats(PIXELS))

    assert is_red_and_green(tiff([packed], [32] * 3, COLOUR, t259=8, **COLOUR_FLOATS))


def test_several_strips_follow_each_other() -> None:
    rows = [floats([RED] * WIDTH), floats([HALF_GREEN] * WIDTH)]

    assert is_red_and_green(tiff(rows, [32] * 3, COLOUR, t278=1, **COLOUR_FLOATS))


def test_tiles_may_reach_beyond_the_edge() -> None:
    tile = floats((ROW + [(0.0, 0.0, 1.0)] * 12) * 16)

    data = tiff([tile], [32] * 3, COLOUR, t322=16, t323=16, t324=0, **COLOUR_FLOATS)

    assert is_red_and_green(data)


def test_differences_of_floats_are_summed() -> None:
    rows = b""
    for _ in range(HEIGHT):
        big = floats(ROW, ">")
        apart = b"".join(big[number::4] for number in range(4))
        rows += apart[:3] + bytes((apart[at] - apart[at - 3]) & 255 for at in range(3, len(apart)))

    data = tiff([zlib.compress(rows)], [32] * 3, COLOUR, t259=8, t317=3, **COLOUR_FLOATS)

    assert is_red_and_green(data)


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("bits", [16, 32])
def test_differences_of_numbers_are_summed(order: str, bits: int) -> None:
    top = (1 << bits) - 1
    # Five samples, of which the last two mean nothing: no layout of Pillow's.
    steps = [(top, 0, 0, 9, 9), (0,) * 5, (1, top // 2, 0, 9, 9), (0,) * 5] * HEIGHT
    values = [value for step in steps for value in step]
    packed = zlib.compress(struct.pack(f"{order}{len(values)}{PACKED_SIZES[bits]}", *values))

    first, last = shown(
        tiff([packed], [bits] * 5, COLOUR, order=order, t259=8, t317=2, t338=[0, 0])
    )

    assert near(first, (255, 0, 0), 1)
    assert near(last, (0, 127, 0), 1)


@pytest.mark.parametrize("order", ["<", ">"])
def test_32_bits_have_no_sign(order: str) -> None:
    grey = struct.pack(f"{order}8I", *([0xFFFF_FFFF] * 4 + [0x7FFF_FFFF] * 4))

    assert shown(tiff([grey], [32], GREY, order=order)) == [255, 127]
    assert shown(tiff([grey], [32], WHITE_IS_ZERO, order=order)) == [0, 128]


def test_half_floats_of_grey_are_stretched() -> None:
    grey = floats([(-2.0,)] * 4 + [(6.0,)] * 4, code="e")

    assert shown(tiff([grey], [16], GREY, t339=FLOATS)) == [0, 255]


@pytest.mark.parametrize(("kind", "stored"), [(1, 0.25), (2, 0.5)])
def test_transparency_is_a_share_and_no_light(kind: int, stored: float) -> None:
    pixels = floats([(stored, stored, stored, 0.5)] * 8)

    (pixel, _) = shown(tiff([pixels], [32] * 4, COLOUR, t338=kind, t339=[FLOATS] * 4))

    assert pixel[3] == 127


def test_print_may_be_transparent() -> None:
    pixels = bytes((0, 255, 255, 0, 51)) * 8

    assert shown(tiff([pixels], [8] * 5, PRINT, t338=2)) == [(255, 0, 0, 51)] * 2


def test_lab_of_16_bits_shows_its_colour() -> None:
    # The red of sRGB; a and b are signed.
    pixels = struct.pack("<3H", 136 << 8, 80 << 8, 67 << 8) * 8

    assert near(shown(tiff([pixels], [16] * 3, LAB))[0], (255, 0, 0), 12)


def test_a_palette_may_have_65536_colours() -> None:
    numbers = struct.pack("<8H", *([0] * 4 + [65_535] * 4))
    reds = [65_535] + [0] * 65_535
    greens = [0] * 65_535 + [32_896]

    data = tiff([numbers], [16], PALETTE, t320=[*reds, *greens, *([0] * 65_536)])

    assert shown(data) == [(255, 0, 0), (0, 128, 0)]


def test_a_palette_of_8_bits_is_not_black() -> None:
    palette = [0, 200] + [0] * 254 + [0] * 512

    assert shown(tiff([b"\1" * 8], [8], PALETTE, t320=palette)) == [(200, 0, 0)] * 2


def test_strips_may_be_webp() -> None:
    strips = [
        encoded(Image.new("RGB", (WIDTH, 1), one), "WEBP", lossless=True) for one in ("red", "lime")
    ]

    data = tiff(strips, [8] * 3, COLOUR, t259=50_001, t278=1)

    assert shown(data) == [(255, 0, 0), (0, 255, 0)]


def test_colour_may_be_stored_smaller() -> None:
    # Blocks of two by two: four lights and one pair of colours.
    block = bytes((76, 76, 76, 76, 85, 255))

    data = tiff([block * 2], [8] * 3, 6, t530=[2, 2])

    assert near(shown(data)[0], (255, 0, 0), 3)


def test_how_colour_was_derived_may_be_nonsense() -> None:
    data = tiff([bytes((76, 85, 255)) * 8], [8] * 3, 6, t530=[1, 1], t529=[0, 0, 0])

    assert near(shown(data)[0], (255, 0, 0), 3)


@pytest.mark.parametrize(
    ("bits", "photometric", "compression"),
    [([24], GREY, 1), ([16] * 3, 32_845, 34_676), ([8], GREY, 999)],
)
def test_what_nobody_decodes_is_told_to_be_unsupported(
    bits: list[int], photometric: int, compression: int
) -> None:
    with pytest.raises(Refusal) as refused:
        show_one(tiff([bytes(99)], bits, photometric, t259=compression))

    assert refused.value.code == "unsupported_format"


def test_floats_that_break_off_are_refused() -> None:
    with pytest.raises(Refusal) as refused:
        show_one(tiff([floats(PIXELS)[:40]], [32] * 3, COLOUR, **COLOUR_FLOATS))

    assert refused.value.code in {"damaged", "truncated"}
