"""The pixels of a PNG that end in good order, but too early."""

import io
import struct
import zlib

import pytest
from PIL import Image

from picture import decode
from picture.header import read_header
from picture.limits import Limits
from picture.refusals import Refusal

KINDS = {"1": (1, 0), "L": (8, 0), "I;16": (16, 0), "RGB": (8, 2), "P": (8, 3), "RGBA": (8, 6)}
CHANNELS = {0: 1, 2: 3, 3: 1, 6: 4}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(mode, size, rows):
    """Return a PNG of which only so many rows are packed, all of one colour."""
    depth, colour = KINDS[mode]
    row = b"\0" + b"\x80" * ((size[0] * CHANNELS[colour] * depth + 7) // 8)
    head = struct.pack(">IIBBBBB", *size, depth, colour, 0, 0, 0)
    palette = chunk(b"PLTE", bytes(768)) if mode == "P" else b""
    pixels = chunk(b"IDAT", zlib.compress(row * rows))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + palette + pixels + chunk(b"IEND", b"")


def decoded(data):
    header = read_header(data, Limits())
    return decode.decode(header.data, header.image, header.form, 1.0, Limits())


@pytest.mark.parametrize("size", [(64, 48), (1200, 1000)])
@pytest.mark.parametrize("mode", KINDS)
def test_a_picture_that_lacks_rows_is_refused(mode, size):
    assert decoded(png(mode, size, size[1])).size == size
    for rows in (1, size[1] // 2, size[1] - 1):
        with pytest.raises(Refusal) as refused:
            decoded(png(mode, size, rows))
        assert refused.value.code == "truncated"


@pytest.mark.parametrize("size", [(1, 1), (1, 40), (3, 40)])
def test_narrow_pictures_are_not_suspected(size):
    assert decoded(png("L", size, size[1])).size == size


def test_pixels_come_out_as_they_were():
    picture = Image.effect_noise((70, 50), 90)
    target = io.BytesIO()
    picture.save(target, "PNG")

    assert decoded(target.getvalue()).tobytes() == picture.tobytes()
