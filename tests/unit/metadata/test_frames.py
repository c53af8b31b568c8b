import io

import pytest
from PIL import Image, PngImagePlugin

from metadata import look
from metadata.frames import Frame, chosen
from picture.limits import Limits

LIMITS = Limits()
COLOURS = ["red", "lime", "blue", "yellow"]


def animation(form, colours, **options):
    frames = [Image.new("RGB", (64, 48), colour) for colour in colours]
    target = io.BytesIO()
    frames[0].save(target, form, save_all=True, append_images=frames[1:], **options)
    return target.getvalue()


def judged(data, max_frames=3, limits=LIMITS):
    """Return the colour of each picture that Vision is to see, and what was told."""
    told, files = look.look(data, limits, max_frames)
    return [colour(file) for file in files], told


def colour(file):
    red, green, blue = Image.open(io.BytesIO(file)).convert("RGB").getpixel((20, 20))
    return f"{'r' * (red > 128)}{'g' * (green > 128)}{'b' * (blue > 128)}"


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "AVIF", "TIFF"])
def test_first_last_and_the_most_different_frame_are_judged(form):
    quality = {"lossless": True} if form == "WEBP" else {}
    colours = ["red", "#fe0000", "#fd0000", "blue", "#fc0000", "#fe0100", "lime"]

    found, told = judged(animation(form, colours, **quality))

    assert found == ["r", "b", "g"]
    assert told["frames"] == 7
    assert told["is_complete"]


def test_frames_are_judged_in_spite_of_large_texts():
    texts = PngImagePlugin.PngInfo()
    texts.add_itxt("Comment", "x" * (LIMITS.max_text_bytes + 1), zip=True)

    found, told = judged(animation("PNG", COLOURS, pnginfo=texts), 4)

    assert len(found) == 4
    assert told["is_complete"]


@pytest.mark.parametrize("count", [2, 4])
def test_as_many_frames_are_judged_as_the_settings_say(count):
    found, _ = judged(animation("GIF", COLOURS), count)

    assert len(found) == count
    assert (found[0], found[-1]) == ("r", "rg")


@pytest.mark.parametrize(
    ("form", "options", "duration_ms"),
    [
        ("GIF", {"duration": [100, 200, 300, 400]}, 1000),
        ("WEBP", {"duration": 250}, 1000),
        ("PNG", {"duration": 50}, 200),
        ("TIFF", {}, None),
        ("GIF", {}, None),
    ],
)
def test_the_duration_is_that_of_all_frames(form, options, duration_ms):
    assert judged(animation(form, COLOURS, **options))[1]["duration_ms"] == duration_ms


def test_pages_of_different_sizes_are_judged():
    pages = [Image.new("RGB", (40, 60), "red"), Image.new("L", (70, 30), 255)]
    target = io.BytesIO()
    pages[0].save(target, "TIFF", save_all=True, append_images=pages[1:])

    found, told = judged(target.getvalue())

    assert found == ["r", "rgb"]
    assert [size[:2] for size in told["renditions"]] == [(40, 60), (70, 30)]


@pytest.mark.parametrize("form", ["GIF", "PNG", "WEBP"])
def test_a_frame_that_cannot_be_decoded_is_told(form):
    data = bytearray(animation(form, COLOURS))
    middle = len(data) * 2 // 3
    data[middle : middle + 24] = bytes(24)

    _, told = judged(bytes(data))

    assert not told["is_complete"]
    assert told["duration_ms"] is None


def test_more_frames_than_can_be_looked_at_are_told():
    found, told = judged(animation("GIF", COLOURS), limits=Limits(max_surveyed_pixels=64 * 48 * 2))

    assert not told["is_complete"]
    assert found[0] == "r"


def test_what_is_seen_only_on_a_dark_page_is_judged_too():
    target = io.BytesIO()
    Image.new("RGBA", (60, 40), (255, 255, 255, 128)).save(target, "PNG")

    assert judged(target.getvalue())[0] == ["rgb", ""]


def test_the_previews_behind_a_jpeg_are_not_judged():
    target = io.BytesIO()
    preview = Image.new("RGB", (64, 48), "blue")
    Image.new("RGB", (64, 48), "red").save(target, "MPO", save_all=True, append_images=[preview])

    found, told = judged(target.getvalue())

    assert (found, told["frames"]) == (["r"], 2)


def test_the_frame_like_another_gives_way():
    def frame(number, value):
        return Frame(number, bytes([value] * 192), Image.new("L", (1, 1)))

    frames = [frame(0, 0), frame(3, 250), frame(5, 100), frame(7, 95), frame(9, 0)]

    assert [one.number for one in chosen(frames, 4, 9)] == [0, 3, 5, 9]
