import zlib

import pytest
from PIL import Image

from picture.png.chunks import outline, still
from picture.refusals import Refusal
from tests.unit.thumbnailer.pictures import (
    corner_colours,
    corners,
    encoded,
    profile_display_p3,
    show_one,
)

PLAIN = encoded(corners((64, 64)), "PNG")
FRAMES = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
ANIMATED = encoded(FRAMES[0], "PNG", save_all=True, append_images=FRAMES[1:])


def test_a_plain_picture_is_left_as_it_is() -> None:
    assert still(PLAIN, outline(PLAIN, max_chunks=99)) is PLAIN


def test_an_animation_is_counted_and_stilled() -> None:
    found = outline(ANIMATED, max_chunks=99)

    assert found.frames == 3
    assert {chunk.kind for chunk in outline(still(ANIMATED, found), max_chunks=99).chunks} == {
        b"IHDR",
        b"IDAT",
        b"IEND",
    }


def test_a_fault_in_a_later_frame_does_no_harm() -> None:
    at = ANIMATED.index(b"fdAT")
    broken = ANIMATED[:at] + b"fdAT" + b"\xff" * 20 + ANIMATED[at + 24 :]

    assert corner_colours(show_one(broken)) == ["red"] * 4


@pytest.mark.parametrize("kind", [b"IHDR", b"IDAT"])
def test_a_wrong_checksum_of_what_the_pixels_need_is_damage(kind: bytes) -> None:
    with pytest.raises(Refusal) as refused:
        still(wrong := with_wrong_checksum(PLAIN, kind), outline(wrong, max_chunks=99))

    assert refused.value.code == "damaged"


def test_a_wrong_checksum_elsewhere_does_no_harm() -> None:
    labelled = encoded(corners((64, 64)), "PNG", dpi=(72, 72))

    assert corner_colours(show_one(with_wrong_checksum(labelled, b"pHYs"))) == [
        "red",
        "lime",
        "blue",
        "white",
    ]


def test_a_fault_behind_the_pixels_does_no_harm() -> None:
    assert corner_colours(show_one(with_wrong_checksum(PLAIN, b"IEND"))) == [
        "red",
        "lime",
        "blue",
        "white",
    ]


def chunk(kind: bytes, body: bytes) -> bytes:
    checksum = zlib.crc32(kind + body).to_bytes(4, "big")
    return len(body).to_bytes(4, "big") + kind + body + checksum


def with_chunk(data: bytes, added: bytes, before: bytes) -> bytes:
    at = data.index(before) - 4
    return data[:at] + added + data[at:]


@pytest.mark.parametrize("kind", [b"gAMA", b"cHRM", b"sRGB", b"pHYs", b"iCCP", b"sPLT", b"tRNS"])
def test_an_empty_chunk_does_no_harm(kind: bytes) -> None:
    shown = show_one(with_chunk(PLAIN, chunk(kind, b""), b"IDAT"))

    assert corner_colours(shown) == ["red", "lime", "blue", "white"]


RED_GREEN = Image.new("P", (8, 8), 1)
RED_GREEN.putpalette([255, 0, 0, 0, 255, 0])
PALETTE = encoded(RED_GREEN, "PNG")


def test_more_transparency_than_colours_is_ignored() -> None:
    assert show_one(with_chunk(PALETTE, chunk(b"tRNS", b"\0" * 3), b"IDAT")).format == "JPEG"
    assert show_one(with_chunk(PALETTE, chunk(b"tRNS", b"\0" * 2), b"IDAT")).format == "PNG"


@pytest.mark.parametrize(
    ("before", "is_used"), [(b"PLTE", True), (b"IDAT", False), (b"IEND", False)]
)
def test_a_profile_counts_only_before_the_colours(before: bytes, *, is_used: bool) -> None:
    profile = chunk(b"iCCP", b"p\0\0" + zlib.compress(profile_display_p3()))
    found = outline(data := with_chunk(PALETTE, profile, before), max_chunks=99)

    assert (b"iCCP" in still(data, found)) is is_used


def with_wrong_checksum(data: bytes, kind: bytes) -> bytes:
    """The picture with another checksum behind the first chunk of a kind."""
    at = data.index(kind)
    end = at + 4 + int.from_bytes(data[at - 4 : at], "big")
    return data[:end] + bytes(255 - byte for byte in data[end : end + 4]) + data[end + 4 :]


@pytest.mark.parametrize("missing", [1, 4, 11, 12])
def test_a_missing_end_does_no_harm(missing: int) -> None:
    assert corner_colours(show_one(PLAIN[:-missing])) == ["red", "lime", "blue", "white"]


def test_a_heap_of_chunks_is_refused() -> None:
    chunk = b"\0\0\0\0abCd\0\0\0\0"

    with pytest.raises(Refusal) as refused:
        outline(PLAIN[:8] + chunk * 100, max_chunks=50)

    assert refused.value.code == "damaged"


def test_a_chunk_longer_than_the_file_is_not_followed() -> None:
    assert outline(PLAIN[:8] + b"\xff\xff\xff\xfftEXt" + b"x" * 99, max_chunks=50).chunks == ()
