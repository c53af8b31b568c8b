import io
from typing import Any

import pytest
from PIL import Image

from localcloud.vision.picture import (
    MAX_BYTES,
    SMALL_SIDE,
    WORK_SIDE,
    BadPictureError,
    open_picture,
)

RED, BLUE = (200, 30, 30), (30, 30, 200)


def red_left_blue_right(size: tuple[int, int] = (80, 40), mode: str = "RGB") -> Image.Image:
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image.convert(mode)


def encoded(image: Image.Image, file_format: str = "PNG", **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, file_format, **options)
    return file.getvalue()


def near(pixel: object, expected: tuple[int, int, int]) -> bool:
    return isinstance(pixel, tuple) and all(
        abs(a - b) < 40 for a, b in zip(pixel, expected, strict=True)
    )


@pytest.mark.parametrize("file_format", ["JPEG", "PNG", "GIF", "BMP", "WEBP", "ICO", "TIFF"])
def test_every_documented_format_is_read(file_format: str) -> None:
    picture = open_picture(encoded(red_left_blue_right(), file_format))

    assert near(picture.work.getpixel((2, picture.work.height // 2)), RED)
    assert near(picture.work.getpixel((picture.work.width - 3, picture.work.height // 2)), BLUE)


@pytest.mark.parametrize("file_format", ["JPEG", "TIFF", "PNG", "WEBP"])
def test_a_sideways_picture_is_set_upright_and_its_size_with_it(file_format: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6

    picture = open_picture(encoded(red_left_blue_right(), file_format, exif=exif))

    assert (picture.width, picture.height) == picture.work.size == (40, 80)
    assert near(picture.work.getpixel((20, 5)), RED)
    assert near(picture.work.getpixel((20, 75)), BLUE)


def test_junk_exif_leaves_a_picture_as_it_is() -> None:
    data = encoded(red_left_blue_right(), "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xffjunk")

    picture = open_picture(data)

    assert (picture.width, picture.height) == (80, 40)


def test_transparency_becomes_white() -> None:
    picture = open_picture(encoded(Image.new("RGBA", (20, 20), (0, 0, 0, 0))))

    assert picture.work.getpixel((10, 10)) == (255, 255, 255)


def test_sixteen_bits_of_grey_keep_their_shade() -> None:
    picture = open_picture(encoded(Image.new("I;16", (20, 20), 128 * 256)))

    assert near(picture.work.getpixel((10, 10)), (128, 128, 128))


def test_only_the_first_frame_of_an_animation_counts() -> None:
    frames = [Image.new("RGB", (20, 20), color) for color in (RED, BLUE)]

    picture = open_picture(
        encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=50)
    )

    assert near(picture.work.getpixel((10, 10)), RED)


def test_a_large_picture_is_reduced_but_remembers_its_size() -> None:
    picture = open_picture(encoded(red_left_blue_right((6000, 3000)), "JPEG"))

    assert (picture.width, picture.height) == (6000, 3000)
    assert max(picture.work.size) == WORK_SIDE
    assert max(picture.small.size) == SMALL_SIDE
    assert picture.scale == pytest.approx(6000 / WORK_SIDE)


def test_a_panorama_of_one_row_is_reduced_to_one_row() -> None:
    picture = open_picture(encoded(Image.new("RGB", (30_000, 1))))

    assert picture.work.size == (WORK_SIDE, 1)


def test_more_pixels_than_documented_are_refused_by_the_header_alone() -> None:
    bomb = encoded(Image.new("1", (10_000, 7501)))

    with pytest.raises(BadPictureError, match="75000000 pixels"):
        open_picture(bomb)


def test_a_bomb_beyond_what_pillow_itself_allows_is_refused() -> None:
    with pytest.raises(BadPictureError, match="Bad image data"):
        open_picture(encoded(Image.new("1", (20_000, 20_000))))


def test_a_jpeg_of_thousands_of_scans_is_refused() -> None:
    data = encoded(red_left_blue_right(), "JPEG", progressive=True)
    last_scan = data[data.rfind(b"\xff\xda") : -2]

    with pytest.raises(BadPictureError, match="Bad image data"):
        open_picture(data[:-2] + last_scan * 5000 + data[-2:])


def test_more_bytes_than_documented_are_refused() -> None:
    with pytest.raises(BadPictureError, match="20971520 bytes"):
        open_picture(encoded(red_left_blue_right()) + bytes(MAX_BYTES))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"this is no picture",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%PDF-1.7",
        encoded(red_left_blue_right(), "PNG")[:-60],
        encoded(red_left_blue_right((400, 400)), "JPEG")[:900],
        encoded(red_left_blue_right(), "PPM"),
        encoded(red_left_blue_right(), "AVIF"),
    ],
    ids=["empty", "text", "svg", "pdf", "cut png", "cut jpeg", "ppm", "avif"],
)
def test_what_vision_does_not_read_is_bad_image_data(data: bytes) -> None:
    with pytest.raises(BadPictureError, match=r"^Bad image data\.$"):
        open_picture(data)
