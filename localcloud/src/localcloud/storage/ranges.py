"""Byte ranges of downloads and of resumable uploads.

https://cloud.google.com/storage/docs/xml-api/reference-headers#range
https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

import re
from dataclasses import dataclass

from localcloud.storage.errors import StorageError, invalid

_RANGE = re.compile(r"bytes=(\d*)-(\d*)")
_CONTENT_RANGE = re.compile(r"bytes (?:(\d+)-(\d+)|\*)/(?:(\d+)|\*)")


@dataclass(frozen=True, slots=True)
class Span:
    """A part of an object."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def parse_range(header: str | None, size: int) -> Span | None:
    """Return the part that a ``Range`` header asks for; None stands for the whole.

    What is no single range is ignored, as Cloud Storage does.  Raises StorageError
    (416) where no byte is in the range.
    """
    found = _RANGE.fullmatch(header.strip()) if header else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        start, end = max(0, size - int(found[2])), size - 1
    else:
        start, end = int(found[1]), min(int(found[2] or size - 1), size - 1)
        if found[2] and int(found[2]) < start:
            return None
    if start >= size:
        raise _unsatisfiable(header or "", size)
    return Span(start, end - start + 1)


def _unsatisfiable(header: str, size: int) -> StorageError:
    message = f"The requested range cannot be satisfied: {header}"
    reason = "requestedRangeNotSatisfiable"
    error = StorageError(416, reason, message, xml_code="InvalidRange")
    error.headers["content-range"] = f"bytes */{size}"
    return error


@dataclass(frozen=True, slots=True)
class ContentRange:
    """What a PUT to an upload session carries; without ``first`` it only asks."""

    first: int | None
    last: int | None
    total: int | None


def parse_content_range(header: str) -> ContentRange:
    """Return what ``Content-Range`` says.  Raises StorageError where it is malformed."""
    found = _CONTENT_RANGE.fullmatch(header.strip())
    if found is None:
        raise invalid(f"Failed to parse Content-Range header: {header}")
    first, last, total = (None if text is None else int(text) for text in found.groups())
    end = total if total is not None else (last or 0) + 1
    if first is not None and last is not None and not first <= last < end:
        raise invalid(f"Invalid Content-Range header: {header}")
    return ContentRange(first, last, total)
