import zlib

import pytest
from PIL import Image

from picture import decode, formats
from picture.limits import Limits
from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import corner_colours, detailed, encoded, show_one
from thumbnailer.order import Order
from thumbnailer.recipe import Recipe
from thumbnailer.steps import render

PHOTO = detailed((800, 600))
KINDS = {
    "baseline": encoded(PHOTO, quality=85),
    "progressive": encoded(PHOTO, quality=85, progressive=True),
    "restarts": encoded(PHOTO, quality=85, restart_marker_rows=2),
}
OTHERS = {
    "png": encoded(PHOTO, "PNG"),
    "webp": encoded(PHOTO, "WEBP"),
    "avif": encoded(PHOTO, "AVIF", speed=10),
    "gif": encoded(PHOTO.convert("P"), "GIF"),
    "tiff": encoded(PHOTO, "TIFF", compression="tiff_lzw"),
    "bmp": encoded(PHOTO, "BMP"),
    "jpeg2000": encoded(PHOTO, "JPEG2000", quality_mode="rates", quality_layers=[20]),
}


def refusal(data: bytes, limits: Limits | None = None) -> str:
    decode.prepare(limits or Limits())
    with pytest.raises(Refusal) as refused:
        render(data, Order((Recipe("one", 64, 64),), limits=limits or Limits()))
    return refused.value.code


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("part", [0.02, 0.25, 0.5, 0.75])
def test_a_jpeg_that_lacks_a_quarter_or_more_is_refused(kind: str, part: float) -> None:
    assert refusal(KINDS[kind][: int(len(KINDS[kind]) * part)]) in {"truncated", "damaged"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("missing", [1, 2, 8])
def test_a_jpeg_that_lacks_a_few_bytes_is_rendered(kind: str, missing: int) -> None:
    shown = show_one(KINDS[kind][:-missing])

    assert shown.size == (64, 48)


@pytest.mark.parametrize("kind", OTHERS)
@pytest.mark.parametrize("part", [0.1, 0.5, 0.75])
def test_no_other_format_is_rendered_in_part(kind: str, part: float) -> None:
    assert refusal(OTHERS[kind][: int(len(OTHERS[kind]) * part)]) in {"truncated", "damaged"}


@pytest.mark.parametrize("kind", OTHERS)
def test_every_other_format_is_rendered(kind: str) -> None:
    assert show_one(OTHERS[kind]).size == (64, 48)


def test_bytes_after_the_end_of_a_jpeg_do_no_harm() -> None:
    assert show_one(KINDS["baseline"] + b"\0" * 999 + b"trailer").size == (64, 48)


def test_a_wrong_checksum_in_a_png_is_damage() -> None:
    data = bytearray(OTHERS["png"])
    data[data.index(b"IHDR") + 14] ^= 0xFF

    assert refusal(bytes(data)) == "damaged"


@pytest.mark.parametrize("part", [0.5, 0.75, 0.95])
def test_a_png_without_its_end_is_told_to_be_incomplete(part: float) -> None:
    assert refusal(OTHERS["png"][: int(len(OTHERS["png"]) * part)]) == "truncated"


def test_a_picture_over_the_limit_is_told_its_size() -> None:
    limits = Limits(max_pixels=1000)
    decode.prepare(limits)

    with pytest.raises(Refusal, match="480,000 pixels"):
        render(KINDS["baseline"], Order((Recipe("one", 64, 64),), limits=limits))


def png_of(width: int, height: int) -> bytes:
    """A header that promises so many pixels, and nothing behind it."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            len(body).to_bytes(4, "big") + kind + body + zlib.crc32(kind + body).to_bytes(4, "big")
        )

    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size + b"\x08\x02\0\0\0")
        + chunk(b"IDAT", b"")
        + chunk(b"IEND", b"")
    )


def test_a_bomb_is_refused_by_its_header() -> None:
    assert refusal(png_of(60_000, 60_000)) == "too_many_pixels"
    assert refusal(png_of(10_001, 10_000)) == "too_many_pixels"


def test_as_many_pixels_as_allowed_are_opened() -> None:
    limits = Limits()
    decode.prepare(limits)

    image = decode.open_header(png_of(10_000, 10_000), formats.PNG, limits)

    assert image.size == (10_000, 10_000)


def test_a_file_above_the_byte_budget_is_refused() -> None:
    assert refusal(KINDS["baseline"], Limits(max_bytes=1000)) == "too_large"


def test_an_animation_above_the_frame_budget_is_refused() -> None:
    frames = [Image.new("RGB", (8, 8), (number * 40, 0, 0)) for number in range(6)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])

    assert refusal(data, Limits(max_frames=5)) == "too_many_frames"


def test_an_animation_shows_its_first_frame() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    for form in ("GIF", "WEBP", "PNG"):
        data = encoded(frames[0], form, save_all=True, append_images=frames[1:])

        assert corner_colours(show_one(data)) == ["red"] * 4


@pytest.mark.parametrize("kind", ["baseline", "restarts", "grey"])
@pytest.mark.parametrize("part", [0.3, 0.75, 0.9])
def test_an_end_marker_does_not_hide_what_is_missing(kind: str, part: float) -> None:
    data = encoded(PHOTO.convert("L")) if kind == "grey" else KINDS[kind]

    assert refusal(data[: int(len(data) * part)] + b"\xff\xd9") == "truncated"


def test_a_height_that_the_pixels_do_not_fill_is_refused() -> None:
    true, false = ((600).to_bytes(2, "big"), (900).to_bytes(2, "big"))

    assert refusal(KINDS["baseline"].replace(true, false, 1)) == "truncated"


def test_dark_pictures_are_not_taken_for_missing_ones() -> None:
    assert show_one(encoded(Image.new("RGB", (800, 600)))).size == (64, 48)


def gif_of_frame(size: tuple[int, int], place: tuple[int, int, int, int]) -> bytes:
    """A GIF whose only frame is red and stands at a place of its canvas."""
    whole = encoded(Image.new("P", size), "GIF")
    frame = encoded(Image.new("P", (place[2], place[3])), "GIF")
    red = b"\xff\0\0" * (len(whole[13 : whole.index(b",")]) // 3)
    descriptor = b"," + b"".join(value.to_bytes(2, "little") for value in place)
    return whole[:13] + red + descriptor + frame[frame.index(b",") + 9 :]


def test_the_canvas_around_the_first_frame_of_a_gif_is_empty() -> None:
    shown = show_one(gif_of_frame((32, 32), (8, 8, 16, 16)), format="png")

    assert shown.getpixel((16, 16)) == (255, 0, 0, 255)
    assert [shown.getpixel(at)[3] for at in ((0, 0), (7, 16), (24, 16), (31, 31))] == [0] * 4


def test_a_gif_that_breaks_off_after_its_first_frame_shows_it() -> None:
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    second = data.rindex(b"!\xf9")

    assert corner_colours(show_one(data[: second + 1])) == ["red"] * 4
