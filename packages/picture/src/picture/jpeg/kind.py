"""Tells JPEGs of the kinds that no browser shows (ITU-T T.81, table B.1, and T.87)."""

from typing import Final

from picture.jpeg.markers import Outline

_BITS: Final = 8
_NONE: Final = 0
_SHOWN: Final = frozenset({0xC0, 0xC1, 0xC2})
_LOSSLESS: Final = frozenset({0xC3, 0xC7, 0xCB, 0xCF, 0xF7})


def rare_kind(found: Outline) -> str | None:
    """Return what a JPEG is that is well-formed and yet not decoded here; None for all others."""
    if found.frame == _NONE:
        return None
    if found.frame in _LOSSLESS:
        return "a lossless JPEG picture"
    if found.frame not in _SHOWN:
        return "a JPEG picture with arithmetic coding or in layers"
    return None if found.bits == _BITS else f"a JPEG picture of {found.bits} bits a sample"
