import pytest
from PIL import Image, ImageCms

from picture.colour import to_srgb
from tests.unit.thumbnailer.pictures import (
    encoded,
    near,
    profile_display_p3,
    profile_inverted_cmyk,
    show_one,
)

SRGB = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def test_display_p3_becomes_srgb() -> None:
    image = Image.new("RGB", (8, 8), (200, 100, 50))

    converted = to_srgb(image, profile_display_p3())

    # The same colour by the published matrices of both spaces.
    assert near(converted.getpixel((0, 0)), (215, 94, 32), 2)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "AVIF", "TIFF"])
def test_every_format_with_a_profile_is_shown_in_srgb(form: str) -> None:
    options = {"speed": 10} if form == "AVIF" else {}
    data = encoded(
        Image.new("RGB", (64, 64), (200, 100, 50)),
        form,
        icc_profile=profile_display_p3(),
        **options,
    )

    shown = show_one(data, format="png")

    assert near(shown.getpixel((9, 9)), (215, 94, 32), 8)
    assert "icc_profile" not in shown.info


def test_an_srgb_picture_is_left_alone() -> None:
    image = Image.new("RGB", (8, 8), (200, 100, 50))

    assert to_srgb(image, SRGB) is image


def test_transparency_survives_the_conversion() -> None:
    image = Image.new("RGBA", (8, 8), (200, 100, 50, 77))

    converted = to_srgb(image, profile_display_p3())

    assert near(converted.getpixel((0, 0)), (215, 94, 32, 77), 2)


@pytest.mark.parametrize("profile", [b"", b"nonsense", SRGB[:200], None])
def test_a_profile_that_makes_no_sense_is_ignored(profile: bytes | None) -> None:
    image = Image.new("RGB", (8, 8), (200, 100, 50))

    assert to_srgb(image, profile).getpixel((0, 0)) == (200, 100, 50)


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_a_profile_for_another_kind_of_pixels_is_ignored(mode: str) -> None:
    converted = to_srgb(Image.new(mode, (8, 8), 0), profile_display_p3())

    assert converted.mode == ("L" if mode == "L" else "RGB")


def test_print_colours_without_a_profile_are_shown() -> None:
    data = encoded(Image.new("CMYK", (64, 64), (0, 255, 255, 0)))

    assert near(show_one(data).getpixel((9, 9)), (254, 0, 0))


def test_print_colours_are_shown_by_their_profile() -> None:
    image = Image.new("CMYK", (64, 64), (255, 255, 255, 255))

    converted = to_srgb(image, profile_inverted_cmyk())

    assert near(converted.getpixel((0, 0)), (255, 255, 255), 3)


def test_a_print_picture_with_a_profile_is_rendered() -> None:
    image = Image.new("CMYK", (64, 64), (255, 255, 255, 255))

    shown = show_one(encoded(image, icc_profile=profile_inverted_cmyk()))

    assert near(shown.getpixel((9, 9)), (255, 255, 255), 4)
