"""Animations: what moves, for how long, and what does not."""

import io
import struct
import zlib
from typing import Any

import pytest
from PIL import Image

from tests.unit.thumbnailer.pictures import encoded, show
from thumbnailer.recipe import Recipe, Watermark

COLOURS = ["red", "lime", "blue", "white"]


def animation(form: str, **options: Any) -> bytes:
    frames = [Image.new("RGB", (80, 60), colour) for colour in COLOURS]
    told = {"duration": [100, 200, 300, 400], "loop": 0, **options}
    return encoded(frames[0], form, save_all=True, append_images=frames[1:], **told)


def moving(data: bytes, **recipe: Any) -> Image.Image:
    values = {"format": "webp", "animation": "keep", **recipe}
    return show(data, Recipe("one", 40, 40, **values))["one"]


def frames(image: Image.Image) -> list[tuple[str, int]]:
    """Return the colour and the time of each frame."""
    told = []
    for number in range(getattr(image, "n_frames", 1)):
        image.seek(number)
        image.load()
        pixel = image.convert("RGB").getpixel((20, 15))
        named = {(1, 0, 0): "red", (0, 1, 0): "lime", (0, 0, 1): "blue", (1, 1, 1): "white"}
        told.append((named[tuple(int(level > 127) for level in pixel)], image.info["duration"]))  # type: ignore[union-attr, index]
    return told


@pytest.mark.parametrize("source", ["GIF", "WEBP", "PNG", "AVIF"])
def test_a_recipe_may_keep_an_animation(source: str) -> None:
    image = moving(animation(source))

    assert image.size == (40, 30)
    assert frames(image) == [("red", 100), ("lime", 200), ("blue", 300), ("white", 400)]


@pytest.mark.parametrize(
    ("source", "told", "plays"),
    [("GIF", 0, 0), ("GIF", None, 1), ("GIF", 2, 3), ("WEBP", 0, 0), ("WEBP", 2, 2), ("PNG", 2, 2)],
)
def test_it_is_played_as_often_as_before(source: str, told: int | None, plays: int) -> None:
    assert moving(animation(source, loop=told)).info["loop"] == plays


def test_the_smallest_of_what_moves_is_kept() -> None:
    noise = [Image.effect_noise((80, 60), 90) for _ in range(8)]
    data = encoded(noise[0], "GIF", save_all=True, append_images=noise[1:])

    image = moving(data, format=("jpeg", "webp", "avif"), keep="smallest")

    assert image.format in {"WEBP", "AVIF"}


def test_avif_moves_too() -> None:
    image = moving(animation("GIF"), format="avif")

    assert [colour for colour, _ in frames(image)] == COLOURS


def test_by_default_the_first_frame_is_shown() -> None:
    image = moving(animation("GIF"), animation="first")

    assert getattr(image, "n_frames", 1) == 1


@pytest.mark.parametrize("form", ["jpeg", "png", "auto"])
def test_formats_that_stand_still_show_the_first_frame(form: str) -> None:
    shown = moving(animation("GIF"), format=form)

    assert shown.convert("RGB").getpixel((20, 15))[0] > 200  # type: ignore[index]


def test_the_still_of_an_opaque_animation_is_a_jpeg() -> None:
    made = show(animation("GIF"), Recipe("one", 40, 40, format=("auto", "webp"), animation="keep"))

    assert made["one"].format == "JPEG"


def test_frames_and_time_are_limited() -> None:
    few = moving(animation("GIF"), max_frames=2)
    short = moving(animation("GIF"), max_duration_s=0.3)

    assert [colour for colour, _ in frames(few)] == ["red", "lime"]
    assert [colour for colour, _ in frames(short)] == ["red", "lime"]


def test_several_formats_of_an_animation_move_where_they_can() -> None:
    made = show(animation("GIF"), Recipe("one", 40, 40, format=("jpeg", "webp"), animation="keep"))

    assert made["one"].format == "JPEG"
    assert getattr(made["one-webp"], "n_frames", 1) == 4


def test_frames_that_declare_no_time_are_shown_for_a_moment() -> None:
    assert {time for _, time in frames(moving(animation("GIF", duration=0)))} == {100}


def test_an_animation_that_breaks_off_is_shown_as_far_as_it_goes() -> None:
    noise = [Image.effect_noise((80, 60), 90) for _ in range(4)]
    target = io.BytesIO()
    noise[0].save(target, "GIF", save_all=True, append_images=noise[1:])

    image = moving(target.getvalue()[: len(target.getvalue()) * 6 // 10])

    assert 1 <= getattr(image, "n_frames", 1) < 4


def test_every_frame_is_marked() -> None:
    image = moving(animation("GIF"), watermark=Watermark("X", "center", 1, height=0.9), quality=100)
    inked = []
    for number in range(3):
        image.seek(number)
        colours = image.convert("RGB").getcolors(10_000) or []
        inked.append(len(colours) > 3)

    assert inked == [True, True, True]


def test_pages_are_no_film() -> None:
    pages = [Image.new("RGB", (80, 60), colour) for colour in COLOURS]
    data = encoded(pages[0], "TIFF", save_all=True, append_images=pages[1:])

    assert getattr(moving(data), "n_frames", 1) == 1


def test_a_later_frame_beyond_the_limits_is_left_out() -> None:
    data = bytearray(animation("GIF"))
    second = data.index(b",", data.index(b",") + 1)
    data[second + 5 : second + 9] = b"\xff" * 4

    assert frames(moving(bytes(data)))[0][0] == "red"


@pytest.mark.parametrize("kind", [b"zTXt", b"iCCP"])
def test_a_text_bomb_does_not_stop_an_animation(kind: bytes) -> None:
    data = animation("PNG")
    bomb = kind + b"Title\0\0" + zlib.compress(bytes(20_000_000))
    sealed = struct.pack(">I", len(bomb) - 4) + bomb + struct.pack(">I", zlib.crc32(bomb))

    image = moving(data[:33] + sealed + data[33:])

    assert [colour for colour, _ in frames(image)] == COLOURS
