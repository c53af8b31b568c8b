import io

import pytest
from PIL import Image

from picture.pixels import unify
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
