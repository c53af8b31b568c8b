import io
import struct
import time
import zlib

import pytest
from PIL import Image

from picture import decode
from picture.header import read_header
from picture.limits import Limits

LIMITS = Limits(max_text_bytes=1_000_000, max_profile_bytes=100_000)
FLOOD = zlib.compress(bytes(2_000_000))


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png(*before, after=()):
    """Return a picture with these chunks before its pixels, and behind them."""
    target = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(target, "PNG")
    data = target.getvalue()
    return data[:33] + b"".join(before) + data[33:-12] + b"".join(after) + data[-12:]


def opened(data):
    """Return the picture as it is decoded under the limits of the test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("PIL.PngImagePlugin.MAX_TEXT_CHUNK", LIMITS.max_text_bytes)
        patch.setattr("PIL.PngImagePlugin.MAX_TEXT_MEMORY", LIMITS.max_text_bytes)
        header = read_header(data, LIMITS)
        return decode.decode(header.data, header.image, header.form, 1.0, LIMITS)


TEXTS = {
    "packed": chunk(b"zTXt", b"Comment\0\0" + FLOOD),
    "international": chunk(b"iTXt", b"XML:com.adobe.xmp\0\1\0en\0X\0" + FLOOD),
    "plain": chunk(b"tEXt", b"Comment\0" + b"a" * 2_000_000),
    "profile": chunk(b"iCCP", b"x\0\0" + FLOOD),
}


@pytest.mark.parametrize("kind", TEXTS)
def test_a_picture_is_as_good_without_its_bomb(kind):
    for data in (png(TEXTS[kind]), png(after=[TEXTS[kind]])):
        image = opened(data)

        assert image.getpixel((5, 5)) == (255, 0, 0)
        assert not image.info.get("icc_profile")


def test_texts_before_one_too_much_are_kept():
    small = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(b"hello"))

    image = opened(png(small, TEXTS["packed"], chunk(b"tEXt", b"Title\0late")))

    assert image.info["Comment"] == "hello"
    assert "Title" not in image.info


def test_texts_that_are_too_much_together_are_cut_off():
    many = [chunk(b"zTXt", b"C\0\0" + zlib.compress(bytes(400_000))) for _ in range(4)]

    assert opened(png(*many)).size == (60, 40)


def test_many_bombs_cost_no_more_than_one():
    began = time.perf_counter()

    opened(png(*[TEXTS["packed"], TEXTS["profile"]] * 500))

    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "junk", [b"", b"\0", b"no terminator", b"x\0\0not packed", b"x\0\1\0", b"x\0\1\0en"]
)
@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt", b"tEXt"])
def test_texts_that_make_no_sense_are_left_to_the_decoder(kind, junk):
    assert opened(png(chunk(kind, junk))).size == (60, 40)


def test_a_picture_without_bombs_is_not_copied():
    data = png(chunk(b"tEXt", b"Title\0A title"))

    assert read_header(data, LIMITS).data is data
