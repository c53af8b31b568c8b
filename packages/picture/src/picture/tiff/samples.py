"""Decodes TIFFs of samples that Pillow has no layout for: floats, 32 bits, bands beside colour.

The codecs of libtiff do not look at samples: it is given a picture of one byte a pixel that is
as wide as a row has bytes. Predictors do look at them, and are undone here (TIFF 6.0, section
14, and Adobe's Technical Note 3).
"""

import io
import struct
import sys
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Final

from PIL import Image, TiffImagePlugin

from picture.orientation import Size

UNSIGNED: Final = 1
SIGNED: Final = 2
FLOAT: Final = 3
_HALF: Final = 16
_DIFFERENCES: Final = 2
_FLOAT_DIFFERENCES: Final = 3
_WORDS: Final = {8: "B", 16: "H", 32: "I", 64: "Q"}
# The mode to decode to, and what stands around the byte order in the name of the layout.
_LAYOUTS: Final = {
    (UNSIGNED, 8): ("I", "I;8", ""),
    (SIGNED, 8): ("I", "I;8", "S"),
    (UNSIGNED, 16): ("I", "I;16", ""),
    (SIGNED, 16): ("I", "I;16", "S"),
    (UNSIGNED, 32): ("F", "F;32", ""),
    (SIGNED, 32): ("F", "F;32", "S"),
    (FLOAT, 32): ("F", "F;32", "F"),
    (FLOAT, 64): ("F", "F;64", "F"),
}
_UNPACKED: Final = 1
# LZW, two names of deflate, PackBits, LZMA, Zstandard and WebP; the others look at samples.
_PACKERS: Final = frozenset({_UNPACKED, 5, 8, 32_773, 32_946, 34_925, 50_000, 50_001})
_LONG: Final = 4
_BYTE: Final = 8


@dataclass(frozen=True)
class Storage:
    """How the samples of a picture lie in its file."""

    size: Size
    samples: int
    kind: int
    bits: int
    is_planar: bool
    is_big_endian: bool
    compression: int
    predictor: int
    fill_order: int
    segment: Size
    """Of a strip or a tile."""
    is_tiled: bool

    @property
    def is_known(self) -> bool:
        """Whether it can be decoded here."""
        has_layout = (self.kind, self.bits) in {*_LAYOUTS, (FLOAT, _HALF)}
        return has_layout and self.compression in _PACKERS and min(self.segment) > 0

    @property
    def is_wide_unsigned(self) -> bool:
        return (self.kind, self.bits) == (UNSIGNED, 32)

    @property
    def together(self) -> int:
        """How many samples stand beside each other for one pixel."""
        return 1 if self.is_planar else self.samples

    @property
    def segment_row_bytes(self) -> int:
        return self.segment[0] * self.together * self.bits // 8

    @property
    def across(self) -> int:
        """How many segments stand beside each other."""
        return -(-self.size[0] // self.segment[0])


class _Bytes(TiffImagePlugin.TiffImageFile):
    """A picture of bytes: it has more pixels than the one that was checked against the limit."""

    def load_prepare(self) -> None:
        if self._im is None:
            self.im = Image.new(self.mode, self._tile_size).im
        super().load_prepare()


def bands(parts: Sequence[bytes], stored: Storage) -> list[Image.Image]:
    """Return a picture for each sample, in mode I or F, from the packed strips or tiles."""
    if not stored.is_planar:
        return _apart(_rows(parts, stored), stored)
    each = len(parts) // stored.samples
    planes = (parts[number * each : (number + 1) * each] for number in range(stored.samples))
    return [band for plane in planes for band in _apart(_rows(plane, stored), stored)]


def webp(parts: Sequence[bytes], stored: Storage, mode: str) -> Image.Image:
    """Return the picture whose strips or tiles are WebP files, which this libtiff cannot read."""
    whole = Image.new(mode, stored.size)
    for number, part in enumerate(parts):
        down, across = divmod(number, stored.across)
        segment = Image.open(io.BytesIO(part), formats=("WEBP",)).convert(mode)
        whole.paste(segment, (across * stored.segment[0], down * stored.segment[1]))
    return whole


def _rows(parts: Sequence[bytes], stored: Storage) -> bytes:
    """Return the rows of a plane as bytes, as wide as all segments together."""
    least = stored.segment_row_bytes * stored.across * stored.size[1]
    if stored.compression == _UNPACKED and sum(len(part) for part in parts) < least:
        raise OSError("the picture is truncated")
    packed = io.BytesIO(_as_bytes(parts, stored))
    picture = _Bytes(packed)
    picture.load()
    return picture.tobytes()


def _as_bytes(parts: Sequence[bytes], stored: Storage) -> bytes:
    """Return a TIFF of the same packed data that claims to hold grey bytes."""
    width, (_, height) = stored.segment_row_bytes * stored.across, stored.size
    places = list(accumulate((len(part) for part in parts), initial=8))
    lists = places[-1] + places[-1] % 2
    directory = lists + 2 * _LONG * len(parts)
    tags = {256: width, 257: height, 258: 8, 259: stored.compression, 262: 1}
    tags |= {266: stored.fill_order, 277: 1, 284: 1}
    if stored.is_tiled:
        tags |= {322: stored.segment_row_bytes, 323: stored.segment[1]}
    else:
        tags |= {278: stored.segment[1]}
    entries = {tag: (1, value) for tag, value in tags.items()}
    where, lengths = (324, 325) if stored.is_tiled else (273, 279)
    only = len(parts) == 1
    entries[where] = (len(parts), places[0] if only else lists)
    entries[lengths] = (len(parts), len(parts[0]) if only else lists + _LONG * len(parts))
    return b"".join(
        (
            struct.pack("<2sHI", b"II", 42, directory),
            *parts,
            bytes(places[-1] % 2),
            struct.pack(f"<{2 * len(parts)}I", *places[:-1], *(len(part) for part in parts)),
            struct.pack("<H", len(entries)),
            *(struct.pack("<HHII", tag, _LONG, *entries[tag]) for tag in sorted(entries)),
            bytes(_LONG),
        )
    )


def _apart(rows: bytes, stored: Storage) -> list[Image.Image]:
    values, is_big_endian = _unpredicted(rows, stored)
    wide = _picture(values, stored, is_big_endian=is_big_endian)
    width, height = stored.size
    step = stored.together
    if step == 1:
        return [wide.crop((0, 0, width, height))]
    return [
        # Every so many pixels, from the middle of the first one on.
        wide.transform(
            stored.size, Image.Transform.AFFINE, (step, 0, number + (1 - step) / 2, 0, 1, 0)
        )
        for number in range(step)
    ]


def _unpredicted(rows: bytes, stored: Storage) -> tuple[bytes, bool]:
    """Return the samples, and whether their most significant byte comes first now."""
    length, step = stored.segment_row_bytes, stored.together
    segments = (rows[at : at + length] for at in range(0, len(rows), length))
    if stored.predictor == _DIFFERENCES:
        swap = stored.is_big_endian != (sys.byteorder == "big")
        summed = (_sums(segment, stored.bits, step, swap=swap) for segment in segments)
        return b"".join(summed), stored.is_big_endian
    if stored.predictor == _FLOAT_DIFFERENCES:
        size = stored.bits // 8
        summed = (_interleaved(_sums(segment, 8, step), size) for segment in segments)
        return b"".join(summed), True
    return rows, stored.is_big_endian


def _sums(segment: bytes, bits: int, step: int, *, swap: bool = False) -> bytes:
    """Return the samples of a row, of which each is told by how it differs from the last."""
    words, mask = array(_WORDS[bits], segment), (1 << bits) - 1
    if swap:
        words.byteswap()
    for first in range(step):
        sums = accumulate(words[first::step])
        words[first::step] = array(_WORDS[bits], [value & mask for value in sums])
    if swap:
        words.byteswap()
    return words.tobytes()


def _interleaved(segment: bytes, size: int) -> bytes:
    """Return samples whose first bytes stood together, then their second ones, and so on."""
    count, row = len(segment) // size, bytearray(len(segment))
    for number in range(size):
        row[number::size] = segment[number * count : (number + 1) * count]
    return bytes(row)


def _picture(values: bytes, stored: Storage, *, is_big_endian: bool) -> Image.Image:
    width = stored.segment[0] * stored.across * stored.together
    if (stored.kind, stored.bits) == (FLOAT, _HALF):
        order = ">" if is_big_endian else "<"
        halves = struct.unpack(f"{order}{len(values) // 2}e", values)
        values = array("f", halves).tobytes()
        mode, layout = "F", "F;32NF"
    else:
        mode, name, sign = _LAYOUTS[stored.kind, stored.bits]
        layout = name + ("B" if is_big_endian and stored.bits > _BYTE else "") + sign
    return Image.frombytes(mode, (width, stored.size[1]), values, "raw", layout)
