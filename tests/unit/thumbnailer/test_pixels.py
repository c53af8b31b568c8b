import io
import zlib

import pytest
from PIL import Image

from picture.pixels import unify
from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import encoded, near, show_one


def opened(image: Image.Image, form: str = "PNG", **options: object) -> Image.Image:
    picture = Image.open(io.BytesIO(encoded(image, form, **options)))
    picture.load()
    return picture


@pytest.mark.parametrize(("mode", "form"), [("I;16", "PNG"), ("I;16", "TIFF"), ("I;16B", "TIFF")])
def test_a_16_bit_grey_is_scaled_and_not_clipped(mode: str, form: str) -> None:
    picture = opened(Image.new(mode, (4, 4), 32_896), form)

    assert unify(picture).getpixel((0, 0)) == 128


def test_scientific_floats_are_stretched_from_black_to_white() -> None:
    picture = Image.new("F", (2, 1))
    picture.putpixel((0, 0), -3.0)
    picture.putpixel((1, 0), 5.0)

    assert unify(picture).tobytes() == b"\0\xff"


def test_a_flat_float_picture_is_rendered() -> None:
    assert unify(Image.new("F", (2, 1), 0.5)).mode == "L"


@pytest.mark.parametrize("mode", ["1", "L"])
def test_grey_stays_grey(mode: str) -> None:
    assert unify(opened(Image.new(mode, (4, 4), 1))).mode == "L"


def test_a_transparent_palette_entry_shines_through() -> None:
    picture = Image.new("P", (4, 4), 3)
    picture.putpalette([0, 0, 0, 9, 9, 9, 7, 7, 7, 200, 10, 10])

    unified = unify(opened(picture, transparency=3))

    assert unified.mode == "RGBA"
    assert unified.getpixel((0, 0)) == (200, 10, 10, 0)


def test_a_colour_declared_transparent_shines_through() -> None:
    unified = unify(opened(Image.new("RGB", (4, 4), (1, 2, 3)), transparency=(1, 2, 3)))

    assert unified.getpixel((0, 0)) == (1, 2, 3, 0)


def test_grey_with_transparency_keeps_it() -> None:
    assert unify(opened(Image.new("LA", (4, 4), (99, 50)))).getpixel((0, 0)) == (99, 99, 99, 50)


def test_transparency_that_hides_nothing_is_dropped() -> None:
    assert unify(opened(Image.new("RGBA", (4, 4), (1, 2, 3, 255)))).mode == "RGB"


def test_a_lab_picture_shows_its_colour() -> None:
    # L 53, a 80, b 67 is the red of sRGB; Pillow adds 128 to a and b.
    data = encoded(Image.new("LAB", (32, 32), (136, 208, 195)), "TIFF")

    assert near(show_one(data).convert("RGB").getpixel((9, 9)), (255, 0, 0), 12)


def png(depth: int, colour_type: int, row: bytes, transparent: bytes = b"") -> bytes:
    """A PNG of one row of two pixels, written by hand: Pillow writes few of the depths."""
    header = (2).to_bytes(4, "big") + (1).to_bytes(4, "big") + bytes((depth, colour_type, 0, 0, 0))
    parts = [(b"IHDR", header), (b"tRNS", transparent), (b"IDAT", zlib.compress(b"\0" + row))]
    chunks = (
        len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        for kind, body in [*parts, (b"IEND", b"")]
        if body or kind == b"IEND"
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


GREY, COLOUR, PALETTE = 0, 2, 3
ONE_TRANSPARENT = {
    "1 bit": png(1, GREY, b"\x40", b"\0\1"),
    "2 bits": png(2, GREY, b"\x20", b"\0\2"),
    "4 bits": png(4, GREY, b"\x3a", b"\0\x0a"),
    "8 bits": png(8, GREY, b"\x03\x0a", b"\0\x0a"),
    "16 bits": png(16, GREY, b"\x12\x34\x12\x35", b"\x12\x35"),
    "16 bits of colour": png(16, COLOUR, b"\x12\x34" * 3 + b"\x56\x78" * 3, b"\x56\x78" * 3),
}


@pytest.mark.parametrize("depth", ONE_TRANSPARENT)
def test_a_colour_declared_transparent_is_found_at_every_depth(depth: str) -> None:
    shown = show_one(ONE_TRANSPARENT[depth], format="png")

    assert shown.getchannel("A").tobytes() == b"\xff\0"


def test_a_palette_that_is_missing_is_damage() -> None:
    with pytest.raises(Refusal) as refused:
        show_one(png(8, PALETTE, b"\0\1"))

    assert refused.value.code == "damaged"


def test_grey_that_was_multiplied_by_its_transparency_is_divided_again() -> None:
    multiplied = Image.new("LA", (4, 4), (200, 51)).convert("La")

    assert near(unify(multiplied).getpixel((0, 0)), (200, 200, 200, 51), 3)
