"""Walks through the boxes of HEIF and AVIF files.

ISO/IEC 14496-12 (section 4.2) tells how boxes nest, ISO/IEC 23008-12 (section 9) how items
come to their properties.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_META: Final = b"meta"
_ASSOCIATIONS: Final = b"ipma"
_VERSION_AND_FLAGS: Final = 4
_WIDE_INDEX: Final = 1


@dataclass(frozen=True)
class Box:
    """A box, and where its content lies in the file."""

    kind: bytes
    start: int
    end: int


def primary_properties(data: bytes) -> list[Box]:
    """Return the properties of the item that is shown, in the order in which they apply."""
    known = list(within(data, _META, b"iprp", b"ipco"))
    numbers = _properties_of(data, _primary(data))
    return [known[number - 1] for number in numbers if 0 < number <= len(known)]


def association_lists(data: bytes) -> list[Box]:
    """Return the lists that say which item has which properties."""
    return [box for box in within(data, _META, b"iprp") if box.kind == _ASSOCIATIONS]


def item_entries(data: bytes) -> Iterator[Box]:
    """Yield the entries of the item list."""
    for box in within(data, _META):
        if box.kind == b"iinf" and box.end > box.start:
            # The number of entries comes first.
            yield from _boxes(data, box.start + (8 if data[box.start] else 6), box.end)


def within(data: bytes, *path: bytes) -> Iterator[Box]:
    """Yield the boxes inside those of a path."""
    start, end = 0, len(data)
    for name in path:
        found = next((box for box in _boxes(data, start, end) if box.kind == name), None)
        if found is None:
            return
        start, end = found.start + (_VERSION_AND_FLAGS if name == _META else 0), found.end
    yield from _boxes(data, start, end)


def _primary(data: bytes) -> int:
    for box in within(data, _META):
        if box.kind == b"pitm" and box.end > box.start:
            length = 4 if data[box.start] else 2
            number = box.start + _VERSION_AND_FLAGS
            return int.from_bytes(data[number : number + length], "big")
    return 0


def _properties_of(data: bytes, item: int) -> list[int]:
    for box in association_lists(data):
        for number, properties in _associations(data[box.start : box.end]):
            if number == item:
                return properties
    return []


def _associations(body: bytes) -> Iterator[tuple[int, list[int]]]:
    """Yield items with the numbers of their properties, essential or not."""
    item_bytes = 4 if body[:1] > b"\0" else 2
    is_wide = bool(body[3:4] and body[3] & _WIDE_INDEX)
    index_bytes, mask = (2, 0x7FFF) if is_wide else (1, 0x7F)
    at = 8
    while at + item_bytes < len(body):
        item = int.from_bytes(body[at : at + item_bytes], "big")
        count, at = body[at + item_bytes], at + item_bytes + 1
        indices = range(at, at + count * index_bytes, index_bytes)
        yield item, [int.from_bytes(body[one : one + index_bytes], "big") & mask for one in indices]
        at += count * index_bytes


def _boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    while start + 8 <= end:
        length, header = int.from_bytes(data[start : start + 4], "big"), 8
        if length == 1:
            length, header = int.from_bytes(data[start + 8 : start + 16], "big"), 16
        # A length of zero means all the rest.
        stop = start + length if length else end
        if stop < start + header or stop > end:
            return
        yield Box(data[start + 4 : start + 8], start + header, stop)
        start = stop
