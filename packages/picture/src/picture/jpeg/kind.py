"""Tells JPEGs of the kinds that no browser shows (ITU-T T.81, table B.1, and T.87)."""

import mmap
from typing import Final

Bytes = bytes | mmap.mmap

_PREFIX: Final = 0xFF
_START_OF_SCAN: Final = 0xDA
_BITS: Final = 8
_TABLES: Final = frozenset({0xC4, 0xC8, 0xCC})
_SHOWN: Final = frozenset({0xC0, 0xC1, 0xC2})
_LS: Final = 0xF7
_LOSSLESS: Final = frozenset({0xC3, 0xC7, 0xCB, 0xCF, _LS})
_FRAMES: Final = frozenset({*range(0xC0, 0xD0), _LS}) - _TABLES


def rare_kind(data: Bytes) -> str | None:
    """Return what a JPEG is that is well-formed and yet not decoded here; None for all others."""
    frame = _frame(data)
    if frame is None:
        return None
    marker, bits = frame
    if marker in _LOSSLESS:
        return "a lossless JPEG picture"
    if marker not in _SHOWN:
        return "a JPEG picture with arithmetic coding or in layers"
    return None if bits == _BITS else f"a JPEG picture of {bits} bits a sample"


def _frame(data: Bytes) -> tuple[int, int] | None:
    """Return the marker of the first frame header, and the bits of its samples."""
    at = 2
    while at + 4 < len(data) and data[at] == _PREFIX:
        marker = data[at + 1]
        if marker in _FRAMES:
            return marker, data[at + 4]
        if marker == _START_OF_SCAN:
            return None
        at += 1 if marker == _PREFIX else 2 + int.from_bytes(data[at + 2 : at + 4], "big")
    return None
