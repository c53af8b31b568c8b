"""What must not be found in a variant."""

import io
from dataclasses import replace
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
from thumbnailer.encode import encode_each
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
    return Image.open(io.BytesIO(encode_each(image, Recipe("one", **values), "jpeg")[0].data))


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
    assert len(encode_each(PHOTO, Recipe("a", 64, 64, quality=30), "jpeg")[0].data) < len(
        encode_each(PHOTO, Recipe("a", 64, 64, quality=90), "jpeg")[0].data
    )


def test_several_formats_are_named_after_theirs() -> None:
    made = encode_each(PHOTO, Recipe("a", 64, 64, format=("webp", "jpeg", "avif")), "jpeg")

    assert [(one.name, one.extension) for one in made] == [
        ("a", "webp"),
        ("a-jpg", "jpg"),
        ("a-avif", "avif"),
    ]
    assert {one.recipe for one in made} == {"a"}


def test_the_smallest_of_several_formats_may_be_kept() -> None:
    recipe = Recipe("a", 64, 64, format=("png", "jpeg", "webp"))
    sizes = [len(one.data) for one in encode_each(PHOTO, recipe, "jpeg")]

    (kept,) = encode_each(PHOTO, replace(recipe, keep="smallest"), "jpeg")

    assert kept.name == "a"
    assert len(kept.data) == min(sizes)


def test_the_same_format_is_written_once() -> None:
    assert len(encode_each(PHOTO, Recipe("a", 64, 64, format=("auto", "jpeg")), "jpeg")) == 1


@pytest.mark.parametrize(
    ("origin", "extension"),
    [("jpeg", "jpg"), ("webp", "webp"), ("avif", "avif"), ("png", "png"), ("heic", "png")],
)
def test_a_variant_may_have_the_format_of_its_original(origin: str, extension: str) -> None:
    (made,) = encode_each(PHOTO, Recipe("a", 64, 64, format="original"), origin)

    assert made.extension == extension


@pytest.mark.parametrize("form", ["jpeg", "webp", "avif"])
def test_quality_is_lowered_to_keep_a_target(form: Any) -> None:
    recipe = Recipe("a", 64, 64, format=form, quality=90)
    free = len(encode_each(PHOTO, recipe, "jpeg")[0].data)
    target = free * 2 // 3

    kept = len(encode_each(PHOTO, replace(recipe, max_bytes=target), "jpeg")[0].data)

    assert target * 0.7 < kept <= target


def test_a_target_out_of_reach_gets_the_lowest_quality() -> None:
    low = encode_each(PHOTO, Recipe("a", 64, 64, quality=10), "jpeg")[0].data

    assert encode_each(PHOTO, Recipe("a", 64, 64, max_bytes=1), "jpeg")[0].data == low
