"""What must not be found in a variant."""

import io
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from tests.unit.thumbnailer.pictures import (
    detailed,
    encoded,
    exif,
    profile_display_p3,
    show,
    variants,
    with_gps,
)
from thumbnailer.encode import encode
from thumbnailer.recipe import OutputFormat, Recipe

SECRET = b"SECRET-PAYLOAD"
PHOTO = detailed((96, 96))
TEXTS = PngImagePlugin.PngInfo()
TEXTS.add_text("Comment", SECRET.decode())
TEXTS.add_itxt("XML:com.adobe.xmp", f"<x>{SECRET.decode()}</x>")
LABELS = with_gps(exif(maker=SECRET.decode()))

LABELLED = {
    "jpeg": encoded(
        PHOTO,
        exif=LABELS,
        comment=SECRET,
        xmp=SECRET,
        icc_profile=profile_display_p3(),
        dpi=(311, 311),
    )
    + SECRET,
    "png": encoded(PHOTO, "PNG", exif=LABELS, pnginfo=TEXTS, icc_profile=profile_display_p3()),
    "webp": encoded(PHOTO, "WEBP", exif=LABELS, xmp=SECRET, icc_profile=profile_display_p3()),
    "avif": encoded(PHOTO, "AVIF", exif=LABELS, xmp=SECRET, speed=10),
    "gif": encoded(PHOTO, "GIF", comment=SECRET),
    "tiff": encoded(PHOTO, "TIFF", exif=LABELS, description=SECRET.decode()),
}


@pytest.mark.parametrize("source", LABELLED)
@pytest.mark.parametrize("target", ["jpeg", "png", "webp", "avif"])
@pytest.mark.parametrize("side", [48, 96])
def test_no_label_of_the_original_is_in_a_variant(
    source: str, target: OutputFormat, side: int
) -> None:
    recipe = Recipe("one", side, side, format=target)

    shown = show(LABELLED[source], recipe)["one"]

    data = b"".join(variants(LABELLED[source], recipe))
    assert SECRET not in data
    assert b"2031:07:09" not in data
    assert not shown.getexif()
    assert set(shown.info) <= {
        "jfif",
        "jfif_version",
        "jfif_unit",
        "jfif_density",
        "loop",
        "background",
        "timestamp",
        "duration",
    }
    assert shown.info.get("jfif_density", (1, 1)) == (1, 1)


def written(image: Image.Image, **recipe: Any) -> Image.Image:
    values = {"width": 64, "height": 64, **recipe}
    return Image.open(io.BytesIO(encode(image, Recipe("one", **values)).data))


def test_a_plain_picture_becomes_jpeg() -> None:
    assert written(Image.new("RGB", (8, 8))).format == "JPEG"


def test_a_picture_with_transparency_becomes_png() -> None:
    shown = written(Image.new("RGBA", (8, 8), (9, 8, 7, 100)))

    assert shown.format == "PNG"
    assert shown.getpixel((0, 0)) == (9, 8, 7, 100)


def test_transparency_shows_the_background_in_a_format_without_it() -> None:
    shown = written(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), format="jpeg", background="#00ff00")

    assert shown.getpixel((4, 4)) in {(0, 255, 0), (0, 255, 1), (1, 255, 0), (0, 254, 0)}


@pytest.mark.parametrize("target", ["webp", "avif"])
def test_modern_formats_keep_transparency(target: OutputFormat) -> None:
    shown = written(Image.new("RGBA", (8, 8), (0, 0, 0, 0)), format=target)

    assert shown.getchannel("A").getextrema() == (0, 0)


def test_quality_makes_the_size() -> None:
    assert len(encode(PHOTO, Recipe("a", 64, 64, quality=30)).data) < len(
        encode(PHOTO, Recipe("a", 64, 64, quality=90)).data
    )
