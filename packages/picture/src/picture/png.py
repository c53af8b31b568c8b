"""Reads the chunk structure of a PNG without decoding it.

PNG (Third Edition), section 5. Animated pictures are shown by their default image, so
that faults in their frames do no harm.
"""

import mmap
import zlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from picture.refusals import Refusal

Bytes = bytes | mmap.mmap

_SIGNATURE_LENGTH: Final = 8
_OVERHEAD: Final = 12
_LENGTH: Final = 4
_CHECKSUM: Final = 4
_END: Final = bytes.fromhex("0000000049454e44ae426082")
_ANIMATION: Final = frozenset({b"acTL", b"fcTL", b"fdAT"})


@dataclass(frozen=True)
class Chunk:
    """A part of the file, its length and checksum included."""

    kind: bytes
    start: int
    end: int

    @property
    def is_critical(self) -> bool:
        """Whether the picture cannot be understood without it (section 5.4)."""
        return self.kind[:1].isupper()


@dataclass(frozen=True)
class Outline:
    """The whole chunks of a PNG; the last one should be its end."""

    chunks: tuple[Chunk, ...]
    frames: int

    @property
    def has_end(self) -> bool:
        return bool(self.chunks) and self.chunks[-1].kind == b"IEND"


def outline(data: Bytes, *, max_chunks: int) -> Outline:
    """Return the outline of a PNG; refuses a heap of tiny chunks, and pixels that break off."""
    chunks: list[Chunk] = []
    for chunk in _chunks(data):
        if len(chunks) >= max_chunks:
            raise Refusal("damaged")
        chunks.append(chunk)
    # The count that the file claims may be wrong.
    frames = sum(chunk.kind == b"fcTL" for chunk in chunks)
    return Outline(tuple(chunks), max(1, frames))


def still(data: Bytes, found: Outline, burdens: Collection[Chunk] = ()) -> Bytes:
    """Return the default image alone, without its burdens, with the end that it should have.

    Chunks with a wrong checksum are left out too; refuses the picture if it needs them.
    """
    kept = [c for c in found.chunks if c.kind not in _ANIMATION and c not in burdens]
    kept = _intact(data, kept)
    if len(kept) == len(found.chunks) and found.has_end:
        return data
    parts = [data[:_SIGNATURE_LENGTH], *(data[chunk.start : chunk.end] for chunk in kept)]
    return b"".join(parts if found.has_end else [*parts, _END])


def _intact(data: Bytes, chunks: Sequence[Chunk]) -> list[Chunk]:
    with memoryview(data) as view:
        wrong = {chunk for chunk in chunks if not _is_intact(view, chunk)}
    if any(chunk.is_critical for chunk in wrong):
        raise Refusal("damaged")
    return [chunk for chunk in chunks if chunk not in wrong]


def _is_intact(view: memoryview, chunk: Chunk) -> bool:
    checked = chunk.end - _CHECKSUM
    told = int.from_bytes(view[checked : chunk.end], "big")
    return zlib.crc32(view[chunk.start + _LENGTH : checked]) == told


def _chunks(data: Bytes) -> Iterator[Chunk]:
    at, kind = _SIGNATURE_LENGTH, b""
    while kind != b"IEND" and at + _OVERHEAD <= len(data):
        kind = data[at + 4 : at + 8]
        end = at + _OVERHEAD + int.from_bytes(data[at : at + 4], "big")
        if end > len(data):
            if kind == b"IDAT":
                raise Refusal("truncated")
            return
        yield Chunk(kind, at, end)
        at = end
