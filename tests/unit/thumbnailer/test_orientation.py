import pytest
from PIL import Image

from tests.unit.thumbnailer.pictures import corner_colours, corners, encoded, exif, show
from thumbnailer.recipe import Recipe

UPRIGHT = ["red", "lime", "blue", "white"]
# What is stored when the camera was held so, row by row (EXIF 2.32, 4.6.5.1.4).
STORED = {
    1: ["red", "lime", "blue", "white"],
    2: ["lime", "red", "white", "blue"],
    3: ["white", "blue", "lime", "red"],
    4: ["blue", "white", "red", "lime"],
    5: ["red", "blue", "lime", "white"],
    6: ["lime", "white", "red", "blue"],
    7: ["white", "lime", "blue", "red"],
    8: ["blue", "red", "white", "lime"],
}
RECIPES = (
    Recipe("inside", 60, 60),
    Recipe("cover", 20, 20, "cover"),
    Recipe("strip", 40, 20, "cover"),
    Recipe("fill", 30, 50, "fill"),
)
SIZES = {"inside": (60, 40), "cover": (20, 20), "strip": (40, 20), "fill": (30, 50)}


def stored_picture(orientation: int) -> bytes:
    """An upright picture of 120 x 80, as a camera held so stores it."""

    size = (120, 80) if orientation < 5 else (80, 120)
    image, half = Image.new("RGB", size), (size[0] // 2, size[1] // 2)
    for place, colour in enumerate(STORED[orientation]):
        at = (place % 2 * half[0], place // 2 * half[1])
        image.paste(Image.new("RGB", half, colour), at)
    return encoded(image, quality=95, exif=exif(orientation=orientation))


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_variant_stands_upright(orientation: int) -> None:
    shown = show(stored_picture(orientation), *RECIPES)

    assert {name: image.size for name, image in shown.items()} == SIZES
    assert {name: corner_colours(image) for name, image in shown.items()} == dict.fromkeys(
        SIZES, UPRIGHT
    )


@pytest.mark.parametrize("nonsense", [0, 9, 65_535])
def test_an_unknown_orientation_counts_as_upright(nonsense: int) -> None:
    shown = show(encoded(corners((120, 80)), exif=exif(orientation=nonsense)))

    assert corner_colours(shown["inside"]) == UPRIGHT


@pytest.mark.parametrize("form", ["PNG", "WEBP", "TIFF"])
def test_other_formats_may_be_turned_too(form: str) -> None:
    data = encoded(corners((80, 120)), form, exif=exif(orientation=6))

    shown = show(data)

    assert shown["inside"].size == (64, 43)
    assert corner_colours(shown["inside"]) == ["blue", "red", "white", "lime"]


XMP = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf tiff:Orientation="3"/></x:xmpmeta>'


@pytest.mark.parametrize("form", ["JPEG", "WEBP", "AVIF"])
def test_only_exif_turns_a_picture(form: str) -> None:
    options = {"speed": 10} if form == "AVIF" else {}

    shown = show(encoded(corners((120, 80)), form, xmp=XMP, **options))

    assert corner_colours(shown["inside"]) == UPRIGHT
