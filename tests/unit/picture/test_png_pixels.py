import io
import mmap
import random
import resource
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

import pytest
from PIL import Image

from picture import decode
from picture.formats import PNG
from picture.limits import Limits
from picture.orientation import TAG
from picture.png.pixels import hasten
from picture.process import memory
from picture.refusals import Refusal

LARGE = (1030, 1000)
BANDS = {"L": 1, "RGB": 3, "RGBA": 4}
COLOUR_TYPES = {"L": 0, "RGB": 2, "RGBA": 6}


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def filtered(mode, size=LARGE):
    """Return rows that take all filters in turn; their bytes are noise, or nothing."""
    noise, width = random.Random(7), size[0] * BANDS[mode]
    rows = (noise.randbytes(width) if y % 3 else bytes(width) for y in range(size[1]))
    return b"".join(bytes([y % 5]) + row for y, row in enumerate(rows))


def png(mode, packed, size=LARGE, *, labels=(b"", b""), chunk_size=8192):
    header = struct.pack(">IIBBBBB", *size, 8, COLOUR_TYPES[mode], 0, 0, 0)
    parts = (packed[at : at + chunk_size] for at in range(0, len(packed), chunk_size))
    pixels = b"".join(chunk(b"IDAT", part) for part in parts)
    signature = b"\x89PNG\r\n\x1a\n"
    before, after = labels
    return signature + chunk(b"IHDR", header) + before + pixels + after + chunk(b"IEND", b"")


def opened(data):
    return decode.open_header(data, PNG, Limits())


def decoded(data):
    image = opened(data)
    return decode.decode(data, image, PNG, 1.0, Limits())


def by_pillow(data):
    image = Image.open(io.BytesIO(data))
    image.load()
    return image


def is_hastened(data):
    """Tell whether the pixels are there before Pillow loads them."""
    image = opened(data)
    before = image.tile
    hasten(image)
    return image.tile != before


@pytest.mark.parametrize("chunk_size", [8192, 1_000_000_000])
@pytest.mark.parametrize("mode", BANDS)
def test_pixels_are_those_that_pillow_decodes(mode, chunk_size):
    data = png(mode, zlib.compress(filtered(mode), 1), chunk_size=chunk_size)

    assert is_hastened(data)
    assert decoded(data) == by_pillow(data)


def test_a_mapped_file_is_read_as_well():
    data = png("RGB", zlib.compress(filtered("RGB"), 1))
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapped:
            hastened = is_hastened(mapped)
            image = decoded(mapped)

    assert hastened
    assert image == by_pillow(data)


def test_labels_before_and_behind_the_pixels_are_kept():
    orientation = Image.Exif()
    orientation[TAG] = 6
    before = chunk(b"tRNS", struct.pack(">3H", 1, 2, 3)) + chunk(b"tEXt", b"Title\0early")
    after = chunk(b"eXIf", orientation.tobytes()[6:]) + chunk(b"tEXt", b"Comment\0late")
    data = png("RGB", zlib.compress(filtered("RGB"), 1), labels=(before, after))

    image = decoded(data)

    assert is_hastened(data)
    assert image.info["transparency"] == (1, 2, 3)
    assert (image.info["Title"], image.info["Comment"]) == ("early", "late")
    assert image.getexif()[TAG] == 6


def saved(image, **options):
    target = io.BytesIO()
    image.save(target, "PNG", **options)
    return target.getvalue()


GRADIENT = Image.linear_gradient("L").resize(LARGE)
FRAMES = [Image.new("RGB", LARGE, colour) for colour in ("red", "blue")]
OTHERS = {
    "few pixels": saved(Image.new("RGB", (500, 500), "red")),
    "a palette": saved(GRADIENT.convert("P")),
    "grey with transparency": saved(GRADIENT.convert("LA")),
    "16 bits": saved(GRADIENT.convert("I;16")),
    "1 bit": saved(GRADIENT.convert("1")),
    "an animation": saved(FRAMES[0], save_all=True, append_images=FRAMES[1:]),
}


@pytest.mark.parametrize("kind", OTHERS)
def test_other_kinds_are_left_to_pillow(kind):
    assert not is_hastened(OTHERS[kind])
    assert decoded(OTHERS[kind]) == by_pillow(OTHERS[kind])


def test_an_interlaced_picture_is_left_to_pillow():
    plain = bytearray(png("L", zlib.compress(bytes(10_000_000), 1)))
    plain[28] = 1
    plain[29:33] = zlib.crc32(plain[12:29]).to_bytes(4, "big")

    assert not is_hastened(bytes(plain))
    assert decoded(bytes(plain)).getextrema() == (0, 0)


SMALL = (100, 100)
UNSOUND = {
    "a stream that breaks off": lambda rows: zlib.compress(rows)[: -len(rows) // 20],
    "nothing": lambda _rows: b"",
    "an unknown filter": lambda rows: zlib.compress(b"\x09" + rows[1:]),
    "no stream": lambda rows: b"\xff" * len(rows),
}


def refusal(data):
    with pytest.raises(Refusal) as refused:
        decoded(data)
    return refused.value.code


@pytest.mark.parametrize("fault", UNSOUND)
def test_unsound_pixels_are_refused_alike_in_large_and_small_pictures(fault):
    large, small = (png("L", UNSOUND[fault](filtered("L", size)), size) for size in (LARGE, SMALL))

    assert refusal(large) == refusal(small)


def test_what_unpacks_to_more_than_its_size_is_not_unpacked():
    bomb = zlib.compressobj(1)
    packed = bomb.compress(filtered("L")) + bomb.compress(bytes(200_000_000)) + bomb.flush()
    data = png("L", packed)
    hasten(opened(data))
    memory.reset_peak()
    before_kb = memory.peak_kb()

    image = opened(data)
    hasten(image)
    image.load()

    assert memory.peak_kb() - before_kb < 50_000
    assert image == by_pillow(data)


def test_where_memory_is_short_pillow_decodes():
    data = png("RGBA", zlib.compress(bytes(4 * LARGE[0] * LARGE[1] + LARGE[1])))
    hasten(opened(data))
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    limit = pages * resource.getpagesize() + 100 * 1024 * 1024
    usual = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (limit, usual[1]))
    try:
        image = opened(data)
        before = image.tile
        hasten(image)
        is_left = image.tile == before
        image.load()
    finally:
        resource.setrlimit(resource.RLIMIT_AS, usual)

    assert is_left
    assert image.getextrema() == ((0, 0),) * 4


WHAT_IS_LOADED = """
import sys
from picture import decode
from picture.formats import PNG
from picture.limits import Limits

data = sys.stdin.buffer.read()
decode.decode(data, decode.open_header(data, PNG, Limits()), PNG, 1.0, Limits())
print("kornia_rs" in sys.modules)
"""


@pytest.mark.parametrize(("size", "loaded"), [(SMALL, "False"), (LARGE, "True")])
def test_the_library_is_loaded_for_a_large_picture_only(size, loaded):
    data = png("L", zlib.compress(filtered("L", size)), size)

    told = subprocess.check_output([sys.executable, "-c", WHAT_IS_LOADED], input=data)

    assert told.decode().strip() == loaded
