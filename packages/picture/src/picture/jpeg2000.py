"""Finds the tiles of a JPEG 2000 without decoding it.

ITU-T T.800, annex A: the main header tells how large the tiles are, and each part of a tile
which one it belongs to. A decoder leaves tiles black that are not there.
"""

import math
import mmap
import struct
from collections.abc import Iterator
from typing import Final

from picture.refusals import Refusal

Bytes = bytes | mmap.mmap

_START: Final = b"\xff\x4f\xff\x51"
_SIZES: Final = struct.Struct(">8I")
_SIZES_AT: Final = 8
_MAIN_HEADER_AT: Final = 2
_TILE_PART: Final = 0xFF90
_WITHOUT_LENGTH: Final = range(0xFF30, 0xFF40)
_TILE_PART_HEAD: Final = struct.Struct(">HHHI")
_MIN_TILE_PART: Final = 14


def check_tiles(data: Bytes) -> None:
    """Refuse a picture that lacks a tile, or has more than can be numbered."""
    start = data.find(_START)
    if start < 0 or start + _SIZES_AT + _SIZES.size > len(data):
        raise Refusal("damaged")
    width, height, _, _, across, down, left, top = _SIZES.unpack_from(data, start + _SIZES_AT)
    if not across or not down:
        raise Refusal("damaged")
    tiles = math.ceil((width - left) / across) * math.ceil((height - top) / down)
    if tiles > len(set(_tile_parts(data, start + _MAIN_HEADER_AT))):
        raise Refusal("truncated")


def _tile_parts(data: Bytes, at: int) -> Iterator[int]:
    """Yield the number of the tile of each part."""
    while at + _TILE_PART_HEAD.size <= len(data):
        marker, length, tile, part_length = _TILE_PART_HEAD.unpack_from(data, at)
        if marker != _TILE_PART:
            at += 2 if marker in _WITHOUT_LENGTH else 2 + length
            continue
        yield tile
        if part_length < _MIN_TILE_PART:
            # Zero means all the rest.
            return
        at += part_length
