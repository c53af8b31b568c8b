"""Reads the chunk structure of a PNG without decoding it.

PNG (Third Edition), section 5. Animated pictures are shown by their default image, so
that faults in their frames do no harm. Faults in what a picture can do without are passed
over, as browsers do.
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
_COLOUR_TYPE_AT: Final = 25
_PALETTE: Final = 3
# Of the colour types that have no alpha channel: how long a declaration of transparency is.
_TRANSPARENCY_LENGTHS: Final = {0: 2, 2: 6}
_LENGTHS: Final = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"cICP": 4, b"pHYs": 9}
# Section 5.6: where chunks stand that change how the pixels look.
_BEFORE_PALETTE: Final = frozenset({b"gAMA", b"cHRM", b"sRGB", b"cICP", b"iCCP"})
_BEFORE_PIXELS: Final = _BEFORE_PALETTE | {b"tRNS"}


@dataclass(frozen=True)
class Chunk:
    """A part of the file, its length and checksum included."""

    kind: bytes
    start: int
    end: int

    @property
    def length(self) -> int:
        """Of its content."""
        return self.end - self.start - _OVERHEAD

    @property
    def is_critical(self) -> bool:
        """Whether a decoder must understand it (section 5.4)."""
        return self.kind[:1].isupper()


@dataclass(frozen=True)
class Outline:
    """The whole chunks of a PNG; the last one should be its end."""

    chunks: tuple[Chunk, ...]
    frames: int


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

    Chunks with a wrong checksum, place or length are left out too; refuses the picture if it
    needs them.
    """
    kept = [c for c in found.chunks if c.kind not in _ANIMATION and c not in burdens]
    kept = _sound(data, _intact(data, kept))
    has_end = bool(kept) and kept[-1].kind == b"IEND"
    if len(kept) == len(found.chunks) and has_end:
        return data
    parts = [data[:_SIGNATURE_LENGTH], *(data[chunk.start : chunk.end] for chunk in kept)]
    return b"".join(parts if has_end else [*parts, _END])


def _intact(data: Bytes, chunks: Sequence[Chunk]) -> list[Chunk]:
    with memoryview(data) as view:
        wrong = {chunk for chunk in chunks if not _is_intact(view, chunk)}
    pixels_end = max((chunk.end for chunk in chunks if chunk.kind == b"IDAT"), default=len(data))
    if any(chunk.is_critical and chunk.end <= pixels_end for chunk in wrong):
        raise Refusal("damaged")
    return [chunk for chunk in chunks if chunk not in wrong]


def _is_intact(view: memoryview, chunk: Chunk) -> bool:
    checked = chunk.end - _CHECKSUM
    told = int.from_bytes(view[checked : chunk.end], "big")
    return zlib.crc32(view[chunk.start + _LENGTH : checked]) == told


def _sound(data: Bytes, chunks: list[Chunk]) -> list[Chunk]:
    misplaced = {
        *_after(chunks, b"PLTE", _BEFORE_PALETTE),
        *_after(chunks, b"IDAT", _BEFORE_PIXELS),
    }
    palette = next((chunk.length // 3 for chunk in chunks if chunk.kind == b"PLTE"), 0)
    colour_type = data[_COLOUR_TYPE_AT] if len(data) > _COLOUR_TYPE_AT else 0
    return [
        chunk
        for chunk in chunks
        if chunk not in misplaced and _has_right_length(chunk, colour_type, palette)
    ]


def _after(chunks: list[Chunk], kind: bytes, others: Collection[bytes]) -> list[Chunk]:
    """Return those of the other kinds that come after the first chunk of a kind."""
    first = next((at for at, chunk in enumerate(chunks) if chunk.kind == kind), len(chunks))
    return [chunk for chunk in chunks[first:] if chunk.kind in others]


def _has_right_length(chunk: Chunk, colour_type: int, palette: int) -> bool:
    if chunk.kind != b"tRNS":
        return chunk.is_critical or chunk.length >= _LENGTHS.get(chunk.kind, 1)
    if colour_type == _PALETTE:
        return 0 < chunk.length <= palette
    return chunk.length == _TRANSPARENCY_LENGTHS.get(colour_type)


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
