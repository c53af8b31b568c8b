"""Colour spaces that are named by a number, with no profile in the file."""

import pytest
from PIL import Image

from tests.unit.thumbnailer.pictures import encoded, near, show_one

COLOUR = (150, 100, 120)
# The same colour by the published matrices and curves of both spaces.
FROM_ADOBE_RGB = (167, 100, 122)
FROM_DISPLAY_P3 = (159, 97, 121)
_EXIF, _COLOR_SPACE, _INTEROPERABILITY = 0x8769, 0xA001, 0xA005


def labelled(space: int, index: str = "") -> Image.Exif:
    labels = Image.Exif()
    labels.get_ifd(_EXIF)[_COLOR_SPACE] = space
    if index:
        labels.get_ifd(_EXIF)[_INTEROPERABILITY] = {1: index}
    return labels


def shown(labels: Image.Exif, **options: object) -> object:
    data = encoded(Image.new("RGB", (64, 64), COLOUR), exif=labels, quality=100, **options)
    return show_one(data, format="png").getpixel((9, 9))


@pytest.mark.parametrize(("space", "index"), [(0xFFFF, "R03"), (2, ""), (2, "R03")])
def test_adobe_rgb_is_known_by_its_labels(space: int, index: str) -> None:
    assert near(shown(labelled(space, index)), FROM_ADOBE_RGB, 4)


@pytest.mark.parametrize(("space", "index"), [(1, "R98"), (0xFFFF, ""), (0xFFFF, "R98")])
def test_other_labels_mean_srgb(space: int, index: str) -> None:
    assert near(shown(labelled(space, index)), COLOUR, 3)


def avif(primaries: int, curve: int) -> bytes:
    data = encoded(Image.new("RGB", (64, 64), COLOUR), "AVIF", quality=100, speed=10)
    at = data.index(b"colrnclx") + 8
    return data[:at] + primaries.to_bytes(2, "big") + curve.to_bytes(2, "big") + data[at + 4 :]


def test_display_p3_is_known_by_its_number() -> None:
    pixel = show_one(avif(12, 13), format="png").getpixel((9, 9))

    assert near(pixel, FROM_DISPLAY_P3, 6)


@pytest.mark.parametrize(("primaries", "curve"), [(1, 13), (2, 2), (12, 16), (999, 999)])
def test_other_numbers_change_nothing(primaries: int, curve: int) -> None:
    pixel = show_one(avif(primaries, curve), format="png").getpixel((9, 9))

    assert near(pixel, COLOUR, 6)
