"""Counts the frames of a GIF without decoding it.

GIF89a, section 27 and appendix A: blocks stand in a row, and each says how long it is. A
decoder would walk them all before it tells their number, however many there are.
"""

import mmap
import re
from typing import Final

from picture.limits import Limits
from picture.refusals import Refusal

Bytes = bytes | mmap.mmap

_HEADER_LENGTH: Final = 13
_PALETTE_AT: Final = 10
_IMAGE: Final = 0x2C
_IMAGE_LENGTH: Final = 10
_EXTENSION_LENGTH: Final = 2
_END: Final = 0x3B
_BLOCK: Final = re.compile(rb"[\x21\x2c\x3b]")


def count_frames(data: Bytes, limits: Limits) -> int:
    """Return the number of frames, one more than allowed at most.

    Refuses a flood of tiny parts, and much of what is no part at all.
    """
    enough = limits.max_frames + 1
    at, frames, parts, junk = _palette_bytes(data, _PALETTE_AT) + _HEADER_LENGTH, 0, 0, 0
    while frames < enough and (found := _BLOCK.search(data, at)) and data[found.start()] != _END:
        start = found.start()
        junk += start - at
        if data[start] == _IMAGE:
            frames += 1
            # Before the pixels stands the size of their codes.
            at = start + _IMAGE_LENGTH + _palette_bytes(data, start + _IMAGE_LENGTH - 1) + 1
        else:
            at = start + _EXTENSION_LENGTH
        at, pieces = _after_pieces(data, at)
        parts += 1 + pieces
        if parts > limits.max_parts or junk > limits.max_junk_bytes:
            raise Refusal("damaged")
    return frames


def _palette_bytes(data: Bytes, flags_at: int) -> int:
    flags = data[flags_at] if flags_at < len(data) else 0
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _after_pieces(data: Bytes, at: int) -> tuple[int, int]:
    """Return where a row of pieces ends, and how many they are."""
    pieces = 0
    while at < len(data) and (length := data[at]):
        at, pieces = at + 1 + length, pieces + 1
    return at + 1, pieces
