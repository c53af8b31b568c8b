"""Boxes are changed in pictures that were written whole."""

import struct

import pytest
from PIL import Image

from picture.heif.avif import Window, mended, window
from picture.heif.boxes import association_lists, within
from tests.unit.thumbnailer.pictures import corner_colours, corners, encoded, exif, show_one

PLAIN = encoded(corners((64, 48)), "AVIF", speed=10, quality=90)
SEE_THROUGH = encoded(Image.new("RGBA", (32, 32), (255, 0, 0, 99)), "AVIF", speed=10)


def with_aperture(data: bytes, *fractions: int) -> bytes:
    """The picture with a clean aperture in the place of the size of its pixels' bits."""
    pixi = next(box for box in within(data, b"meta", b"iprp", b"ipco") if box.kind == b"pixi")
    # Who does not know an aperture must not show the picture.
    data = data.replace(b"\4\1\2\x83\4", b"\4\1\x82\x83\4")
    return grown(data, pixi.start - 8, pixi.end, aperture(*fractions))


def aperture(*fractions: int) -> bytes:
    return struct.pack(">I4s4IiIiI", 40, b"clap", *fractions)


def grown(data: bytes, start: int, end: int, new: bytes) -> bytes:
    """The file with other bytes in its properties; lengths of boxes and places of items follow."""
    more = len(new) - (end - start)
    whole = bytearray(data[:start] + new + data[end:])
    for path in ((), (b"meta",), (b"meta", b"iprp")):
        for box in within(data, *path):
            if box.start <= start < box.end:
                whole[box.start - 8 : box.start - 4] = (box.end - box.start + 8 + more).to_bytes(
                    4, "big"
                )
    places = next(box for box in within(data, b"meta") if box.kind == b"iloc")
    for at in range(places.start + 14, places.end, 14):
        place = int.from_bytes(data[at : at + 4], "big") + more
        whole[at : at + 4] = place.to_bytes(4, "big")
    return bytes(whole)


def test_a_picture_is_cropped_to_its_clean_aperture() -> None:
    # The lower right quarter: its centre lies a quarter off the centre of all.
    shown = show_one(with_aperture(PLAIN, 32, 1, 24, 1, 16, 1, 12, 1))

    assert shown.size == (32, 24)
    assert corner_colours(shown) == ["white"] * 4


@pytest.mark.parametrize(
    "fractions",
    [
        (64, 1, 48, 1, 0, 1, 0, 1),
        (32, 1, 24, 1, 99, 1, 0, 1),
        (32, 0, 24, 1, 0, 1, 0, 1),
        (0, 1, 24, 1, 0, 1, 0, 1),
    ],
)
def test_an_aperture_that_makes_no_sense_is_ignored(fractions: tuple[int, ...]) -> None:
    assert show_one(with_aperture(PLAIN, *fractions)).size == (64, 48)


def test_sizes_may_be_broken_fractions() -> None:
    assert window(with_aperture(PLAIN, 64, 2, 48, 2, 0, 1, 0, 1), (64, 48)) == Window(
        16, 12, 32, 24
    )


def test_half_a_pixel_makes_no_difference() -> None:
    assert window(with_aperture(PLAIN, 31, 1, 24, 1, 0, 1, 0, 1), (64, 48)) == Window(
        16, 12, 31, 24
    )


def test_association_lists_that_claim_to_be_the_same_do_no_harm() -> None:
    (told,) = association_lists(SEE_THROUGH)
    body = SEE_THROUGH[told.start : told.end]
    entries = [body[8 : 11 + body[10]], body[11 + body[10] :]]
    parts = [body[:4] + (1).to_bytes(4, "big") + entry for entry in entries]
    lists = b"".join((len(part) + 8).to_bytes(4, "big") + b"ipma" + part for part in parts)

    shown = show_one(grown(SEE_THROUGH, told.start - 8, told.end, lists), format="png")

    assert shown.getchannel("A").getpixel((16, 16)) == pytest.approx(99, abs=3)


def test_broken_exif_does_no_harm() -> None:
    data = encoded(corners((64, 48)), "AVIF", speed=10, exif=exif(maker="Maker"))
    at = data.index(b"Exif\0\0") - 4
    broken = data[:at] + b"\xff" * 4 + data[at + 4 :]

    assert corner_colours(show_one(broken)) == ["red", "lime", "blue", "white"]


def test_a_matrix_that_the_decoder_lacks_is_replaced_by_a_near_one() -> None:
    at = PLAIN.index(b"colrnclx") + 12

    shown = show_one(PLAIN[:at] + (10).to_bytes(2, "big") + PLAIN[at + 2 :])

    assert corner_colours(shown) == ["red", "lime", "blue", "white"]


def test_a_gain_map_that_is_wrong_is_not_spoken_of() -> None:
    told = PLAIN.replace(b"MA1B", b"tmap", 1)

    assert mended(told) == PLAIN.replace(b"MA1B", b"mif1", 1)
