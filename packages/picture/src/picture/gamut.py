"""Colour spaces that a file names without carrying their profile.

EXIF names Adobe RGB by its interoperability index (DCF 2.0, R03); HEIC and AVIF name
primaries by number in a box (ITU-T H.273, table 2).
"""

import mmap
import struct
from functools import lru_cache
from typing import Final

from PIL import Image, ImageCms

from picture.decode import DAMAGE
from picture.formats import AVIF, HEIC, JPEG, TIFF, Format

Bytes = bytes | mmap.mmap

_EXIF: Final = 0x8769
_COLOR_SPACE: Final = 0xA001
_INTEROPERABILITY: Final = 0xA005
_INDEX: Final = 0x0001
_SAYS_ADOBE: Final = 2
_BOX: Final = b"colrnclx"
_LOOKED_AT_BYTES: Final = 256 * 1024
_TAGS_AT: Final = 128
_SRGB_CURVES: Final = frozenset({1, 2, 6, 13, 14, 15})

# Red, green and blue in XYZ, adapted to D50 as profiles want them (ICC.1:2022, annex E).
_Primaries = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
_ADOBE_RGB: Final[_Primaries] = (
    (0.60974, 0.31111, 0.01947),
    (0.20528, 0.62567, 0.06087),
    (0.14919, 0.06322, 0.74457),
)
_DISPLAY_P3: Final[_Primaries] = (
    (0.51512, 0.24120, -0.00105),
    (0.29198, 0.69225, 0.04189),
    (0.15710, 0.06657, 0.78407),
)
_BT_2020: Final[_Primaries] = (
    (0.67348, 0.27904, -0.00194),
    (0.16566, 0.67535, 0.02998),
    (0.12505, 0.04561, 0.79686),
)
_BY_NUMBER: Final = {9: _BT_2020, 12: _DISPLAY_P3}
_ADOBE_GAMMA: Final = 563 / 256


def implied_profile(data: Bytes, image: Image.Image, form: Format) -> bytes | None:
    """Return the profile of the colour space that the file names; None for sRGB or none."""
    if form in {JPEG, TIFF} and _is_adobe_rgb(image):
        return _profile(_ADOBE_RGB, _ADOBE_GAMMA)
    if form in {HEIC, AVIF}:
        return _by_number(data[:_LOOKED_AT_BYTES])
    return None


def _is_adobe_rgb(image: Image.Image) -> bool:
    try:
        labels = image.getexif()
        if _EXIF not in labels:
            return False
        index = labels.get_ifd(_INTEROPERABILITY).get(_INDEX)
        space = labels.get_ifd(_EXIF).get(_COLOR_SPACE)
    except DAMAGE:
        return False
    return space == _SAYS_ADOBE or str(index).startswith("R03")


def _by_number(head: bytes) -> bytes | None:
    at = head.find(_BOX)
    if at < 0 or at + len(_BOX) + 4 > len(head):
        return None
    primaries, curve = struct.unpack_from(">HH", head, at + len(_BOX))
    # Curves for high dynamic range would need more than another profile.
    if primaries not in _BY_NUMBER or curve not in _SRGB_CURVES:
        return None
    return _profile(_BY_NUMBER[primaries], None)


@lru_cache(maxsize=4)
def _profile(primaries: _Primaries, gamma: float | None) -> bytes:
    """Return the sRGB profile of LittleCMS with other primaries, and another curve if told."""
    data = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    colours = dict(zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True))
    for at in range(_TAGS_AT + 4, _TAGS_AT + 4 + 12 * _u32(data, _TAGS_AT), 12):
        tag, place = bytes(data[at : at + 4]), _u32(data, at + 4)
        if tag in colours:
            fixed = (round(value * 65536) for value in colours[tag])
            struct.pack_into(">3i", data, place + 8, *fixed)
        elif tag in {b"rTRC", b"gTRC", b"bTRC"} and gamma is not None:
            struct.pack_into(">4s4xIH", data, place, b"curv", 1, round(gamma * 256))
    return bytes(data)


def _u32(data: bytearray, at: int) -> int:
    return int.from_bytes(data[at : at + 4], "big")
