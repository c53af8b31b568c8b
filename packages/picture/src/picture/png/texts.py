"""Finds the texts and profiles of a PNG that unpack to more than anybody reads.

PNG (Third Edition), sections 11.3.2.3 and 11.3.3.  A decoder would refuse the whole picture
for them; without them it is as good as before.
"""

import mmap
import zlib
from collections.abc import Collection, Sequence
from typing import Final

from picture.limits import Limits
from picture.png.chunks import Chunk

Bytes = bytes | mmap.mmap

_HEAD: Final = 8
_CHECKSUM: Final = 4
_TEXTS: Final = frozenset({b"tEXt", b"zTXt", b"iTXt"})
_PROFILE: Final = b"iCCP"
_PACKED: Final = frozenset({b"zTXt", _PROFILE})
_NAME_AND_METHOD: Final = 82


def burdens(data: Bytes, chunks: Sequence[Chunk], limits: Limits) -> frozenset[Chunk]:
    """Return the chunks to leave out: a large profile, and all texts from one too much on."""
    odd = [chunk for chunk in chunks if _is_odd(data, chunk)]
    profiles = [chunk for chunk in chunks if chunk.kind == _PROFILE]
    # Only the first counts, and only one is unpacked: there may be many.
    large = [one for one in profiles[:1] if _exceeds(data, one, limits.max_profile_bytes)]
    texts = [chunk for chunk in chunks if chunk.kind in _TEXTS]
    return frozenset([*odd, *large, *profiles[1:], *texts[_bearable(data, texts, limits) :]])


def without(data: Bytes, chunks: Sequence[Chunk], left_out: Collection[Chunk]) -> Bytes:
    """Return the file without some of its chunks; itself if there are none."""
    if not left_out:
        return data
    start = chunks[0].start
    return b"".join([data[:start], *(data[c.start : c.end] for c in chunks if c not in left_out)])


def _is_odd(data: Bytes, chunk: Chunk) -> bool:
    """Tell whether a chunk is packed in a way that no decoder knows."""
    if chunk.kind not in _PACKED:
        return False
    start = chunk.start + _HEAD
    name_and_method = data[start : min(chunk.end, start + _NAME_AND_METHOD)]
    return name_and_method.partition(b"\0")[2][:1] not in {b"", b"\0"}


def _bearable(data: Bytes, texts: Sequence[Chunk], limits: Limits) -> int:
    left = limits.max_text_bytes
    for number, chunk in enumerate(texts):
        left -= _unpacked_length(data, chunk, left)
        if left < 0:
            return number
    return len(texts)


def _exceeds(data: Bytes, chunk: Chunk, limit: int) -> bool:
    return _unpacked_length(data, chunk, limit) > limit


def _unpacked_length(data: Bytes, chunk: Chunk, limit: int) -> int:
    """Return how long a chunk is when unpacked, or one more than the limit."""
    content = data[chunk.start + _HEAD : chunk.end - _CHECKSUM]
    if (packed := _packed(chunk.kind, content)) is None:
        return len(content)
    try:
        return len(zlib.decompressobj().decompress(packed, limit + 1))
    except zlib.error:
        # A decoder passes over it.
        return len(content)


def _packed(kind: bytes, content: bytes) -> bytes | None:
    """Return what of a chunk is packed; None if nothing is."""
    rest = content.partition(b"\0")[2]
    if kind != b"iTXt":
        return None if kind == b"tEXt" else rest[1:]
    is_packed, after = rest[:1] == b"\1", rest[2:]
    # A language and a translated keyword come before the text.
    return after.split(b"\0", 2)[-1] if is_packed else None
