"""What would keep a decoder busy is refused before that decoder sees it."""

import io
import struct

import pytest
from PIL import Image

from picture import decode, formats
from picture.gif import count_frames
from picture.header import read_header
from picture.limits import Limits
from picture.refusals import Refusal
from picture.tiff.pages import count_pages

FRAMES = [Image.effect_noise((40, 30), level) for level in (10, 50, 90)]


def encoded(form, image=FRAMES[0], **options):
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


def moving(form, **options):
    return encoded(form, save_all=True, append_images=FRAMES[1:], **options)


def code_of(data, **limits):
    with pytest.raises(Refusal) as refused:
        read_header(data, Limits(**limits))
    return refused.value.code


GIF = moving("GIF")
FIRST_BLOCK = GIF.index(b"!\xf9")


@pytest.mark.parametrize("form", ["GIF", "TIFF"])
def test_frames_are_counted_as_far_as_they_are_allowed(form):
    count = {"GIF": count_frames, "TIFF": count_pages}[form]

    assert count(moving(form), Limits()) == 3
    assert count(moving(form), Limits(max_frames=1)) == 2


def test_a_gif_of_countless_frames_is_refused_at_once():
    frame = b"," + struct.pack("<4HB", 0, 0, 1, 1, 0) + b"\x02\x02\x44\x01\0"

    assert code_of(GIF[:-1] + frame * 1_000_000 + b";") == "too_many_frames"


@pytest.mark.parametrize("flood", [b"!\xfe\0", b"!\xfe" + b"\1a" * 2000 + b"\0"])
def test_a_gif_of_countless_parts_is_refused(flood):
    data = GIF[:FIRST_BLOCK] + flood * 2000 + GIF[FIRST_BLOCK:]

    assert code_of(data, max_parts=1000) == "damaged"


def test_only_little_junk_may_stand_between_the_blocks_of_a_gif():
    little, much = (GIF[:FIRST_BLOCK] + bytes(size) + GIF[FIRST_BLOCK:] for size in (100, 1001))

    assert read_header(little, Limits(max_junk_bytes=1000)).frames == 3
    assert code_of(much, max_junk_bytes=1000) == "damaged"


def directory(entries, following, order="<"):
    packed = b"".join(struct.pack(order + "HHII", *entry) for entry in entries)
    return struct.pack(order + "H", len(entries)) + packed + struct.pack(order + "I", following)


PAGE = [
    (256, 4, 1, 4),
    (257, 4, 1, 4),
    (258, 4, 1, 8),
    (259, 4, 1, 1),
    (262, 4, 1, 1),
    (273, 4, 1, 0),
    (279, 4, 1, 16),
]
PAGE_BYTES = len(directory(PAGE, 0))


def tiff(*following):
    """Return a TIFF of pages that say where the next one is, as numbers of pages."""
    at = [8 + number * PAGE_BYTES for number in range(len(following))]
    pages = (directory(PAGE, 0 if one is None else at[one]) for one in following)
    return b"II*\0" + struct.pack("<I", 8) + b"".join(pages)


def test_pages_that_come_to_an_end_are_read():
    assert read_header(tiff(1, 2, None), Limits()).frames == 3


@pytest.mark.parametrize("following", [(0,), (1, 2, 0), (1, 2, 1)])
def test_pages_that_lead_back_are_counted_once(following):
    assert read_header(tiff(*following), Limits()).frames == len(following)


@pytest.mark.parametrize("order", ["<", ">"])
def test_pages_of_both_byte_orders_are_counted(order):
    start = b"II*\0" if order == "<" else b"MM\0*"
    next_at = 8 + PAGE_BYTES
    pages = directory(PAGE, next_at, order) + directory(PAGE, 0, order)

    data = start + struct.pack(order + "I", 8) + pages

    assert code_of(data, max_frames=1) == "too_many_frames"
    assert read_header(data, Limits()).frames == 2


def test_empty_pages_that_lead_back_are_refused():
    assert code_of(b"II*\0" + struct.pack("<I", 8) + directory([], 8)) == "damaged"


def test_pages_of_a_large_tiff_are_counted():
    page = struct.pack("<QHHQQQ", 1, 256, 4, 1, 4, 16)

    assert code_of(b"II+\0\x08\0\0\0" + struct.pack("<Q", 16) + page) == "damaged"


def test_floods_of_a_tiff_are_refused():
    strips = [(256, 4, 1, 4), (273, 4, 101, 8)]
    shared = [(number, 1, 300, 8) for number in range(40_000, 40_020)]

    assert code_of(tiff(1, 2, None), max_entries=20) == "damaged"
    for entries in (strips, shared):
        data = b"II*\0" + struct.pack("<I", 8) + directory(entries, 0)
        assert code_of(data.ljust(500, b"\0"), max_strips=100) == "damaged"


TILES = encoded("JPEG2000", Image.effect_noise((64, 64), 50), tile_size=(32, 32))


def test_a_picture_of_tiles_is_read_if_all_are_there():
    assert read_header(TILES, Limits()).size == (64, 64)


@pytest.mark.parametrize("factor", [2, 100])
def test_tiles_that_are_not_there_are_missed(factor):
    start = TILES.index(b"\xff\x4f\xff\x51") + 8
    claimed = TILES[:start] + struct.pack(">I", 64 * factor) + TILES[start + 4 :]

    assert code_of(claimed) == "truncated"


def test_a_marker_without_a_length_is_passed_over():
    at = TILES.index(b"\xff\x52")

    assert read_header(TILES[:at] + b"\xff\x30" + TILES[at:], Limits()).size == (64, 64)


def test_tiles_without_a_size_are_damage():
    start = TILES.index(b"\xff\x4f\xff\x51") + 24

    assert code_of(TILES[:start] + bytes(4) + TILES[start + 4 :]) == "damaged"
    assert code_of(TILES[: start - 4]) == "damaged"


def box(kind, *content):
    body = b"".join(content)
    return struct.pack(">I", len(body) + 8) + kind + body


@pytest.mark.parametrize("brand", [b"avif", b"heic"])
def test_a_file_of_countless_items_is_refused(brand):
    entry = box(b"infe", b"\2\0\0\0\0\1\0\0av01\0")
    items = box(b"iinf", bytes(4), struct.pack(">H", 1001), entry * 1001)
    data = box(b"ftyp", brand, bytes(4), b"mif1") + box(b"meta", bytes(4), items)

    assert code_of(data) == "damaged"


def test_a_bitmap_of_countless_runs_is_refused():
    head = struct.pack("<IiiHHIIiiII", 40, 64, 64, 1, 8, 1, 0, 0, 0, 0, 0)
    start = b"BM" + struct.pack("<III", 0, 0, 14 + len(head) + 1024) + head + bytes(1024)
    picture = start + b"\x40\x01\0\0" * 64 + b"\0\1"

    assert read_header(picture, Limits()).form is formats.BMP
    assert code_of(picture, max_run_bytes=1000) == "too_large"


def test_a_plain_bitmap_may_be_larger_than_runs_may():
    assert read_header(encoded("BMP"), Limits(max_run_bytes=1000)).size == (40, 30)


def test_labels_of_a_jpeg_have_a_limit():
    picture = encoded("JPEG")
    labels = (b"\xff\xe1" + struct.pack(">H", 1002) + bytes(1000)) * 20

    assert code_of(picture[:2] + labels + picture[2:], max_label_bytes=20_000) == "damaged"
    assert read_header(picture[:2] + labels + picture[2:], Limits()).size == (40, 30)


def test_bytes_behind_the_labels_do_not_count():
    assert read_header(encoded("JPEG") + bytes(30_000), Limits(max_label_bytes=20_000)).frames == 1


@pytest.mark.parametrize("form", ["GIF", "TIFF", "PNG", "WEBP", "JPEG", "BMP", "ICO", "AVIF"])
def test_what_encoders_write_is_let_through(form):
    decode.prepare(Limits())

    assert read_header(encoded(form, Image.effect_noise((40, 30), 50)), Limits()).image
