"""Counts the pages of a TIFF without decoding it.

TIFF 6.0, section 2: each directory says where the next one is, which may be anywhere. BigTIFF
has wider numbers (https://www.awaresystems.be/imaging/tiff/bigtiff.html).
"""

import mmap
import struct
from dataclasses import dataclass
from typing import Final

from picture.limits import Limits
from picture.refusals import Refusal

Bytes = bytes | mmap.mmap

_ORDERS: Final = {b"II": "<", b"MM": ">"}
_BIG: Final = 43
_SIZES: Final = {3: 2, 4: 4, 5: 8, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
"""Bytes of a value, of the types that have more than one."""
_STRIPS: Final = frozenset({273, 324})
# Honest values are there once, but a reader copies each.
_MAX_COPIES: Final = 8


@dataclass(frozen=True)
class _Layout:
    """How the numbers of a directory are written."""

    count: struct.Struct
    entry: struct.Struct
    link: struct.Struct
    """Where the next directory is, or the first."""
    first_at: int


@dataclass
class _Bill:
    """What reading the directories costs so far."""

    strips: int = 0
    """Or tiles, of the page that has most."""
    entries: int = 0
    value_bytes: int = 0


def count_pages(data: Bytes, limits: Limits) -> int:
    """Return the number of pages, one more than allowed at most.

    Some writers have the last page lead back to an earlier one. Refuses what would keep a
    reader busy: floods of entries, of strips, and of values that share their bytes.
    """
    layout = _layout(data)
    seen: set[int] = set()
    bill = _Bill()
    at = _read(layout.link, data, layout.first_at)
    while at and at + layout.count.size <= len(data) and len(seen) <= limits.max_frames:
        if at in seen:
            break
        seen.add(at)
        at = _next(data, at, layout, bill)
        if _is_too_much(bill, len(data), limits):
            raise Refusal("damaged")
    return len(seen)


def _is_too_much(bill: _Bill, length: int, limits: Limits) -> bool:
    return (
        bill.entries > limits.max_entries
        or bill.strips > limits.max_strips
        or bill.value_bytes > _MAX_COPIES * length
    )


def _layout(data: Bytes) -> _Layout:
    order = _ORDERS[data[:2]]
    if _read(struct.Struct(order + "H"), data, 2) == _BIG:
        link_code, count, entry, first_at = "Q", "Q", "HHQQ", 8
    else:
        link_code, count, entry, first_at = "I", "H", "HHII", 4
    link, counter, row = (struct.Struct(order + code) for code in (link_code, count, entry))
    return _Layout(counter, row, link, first_at)


def _next(data: Bytes, at: int, layout: _Layout, bill: _Bill) -> int:
    """Return where the next directory is, and add this one to the bill."""
    start, count = at + layout.count.size, _read(layout.count, data, at)
    end = start + count * layout.entry.size
    whole = min(count, (len(data) - start) // layout.entry.size)
    bill.entries += whole
    for tag, kind, values, _ in layout.entry.iter_unpack(
        data[start : start + whole * layout.entry.size]
    ):
        bill.strips = max(bill.strips, values if tag in _STRIPS else 0)
        bill.value_bytes += min(values * _SIZES.get(kind, 1), len(data))
    return _read(layout.link, data, end)


def _read(packer: struct.Struct, data: Bytes, at: int) -> int:
    """Return a number; zero if it is not there."""
    return int(packer.unpack_from(data, at)[0]) if at + packer.size <= len(data) else 0
