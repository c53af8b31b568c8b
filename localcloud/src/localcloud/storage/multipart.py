"""multipart/related, read piece by piece: an object's resource, then its bytes.

https://cloud.google.com/storage/docs/uploading-objects-from-memory (multipart upload)
https://www.rfc-editor.org/rfc/rfc2387
"""

import json
from email.message import Message
from email.parser import HeaderParser

from localcloud.storage.errors import StorageError, invalid
from localcloud.storage.resources import Json

MAX_HEAD_BYTES = 1024 * 1024


class Multipart:
    """Takes the body in pieces and gives the media in pieces; no more than a head is kept.

    ``resource`` and ``content_type`` are there once ``feed`` has returned media.
    """

    def __init__(self, content_type: str) -> None:
        boundary = _header("Content-Type", content_type).get_param("boundary")
        if not isinstance(boundary, str) or not boundary:
            raise _malformed("the Content-Type has no boundary")
        # gcloud puts the boundary between apostrophes, which are not part of it.
        self._boundary = b"--" + boundary.strip("'").encode()
        self._delimiter = b""
        self._buffer = bytearray()
        self._in_media = False
        self._finished = False
        self.resource: Json = {}
        self.content_type: str | None = None

    def feed(self, data: bytes) -> bytes:
        """Return the media that is certain by now."""
        self._buffer += data
        if not self._in_media and not self._read_head():
            if len(self._buffer) > MAX_HEAD_BYTES:
                raise _malformed("the metadata part is too large")
            return b""
        return b"" if self._finished else self._media()

    def close(self) -> None:
        """Raise StorageError where the body ended too early."""
        if not self._finished:
            raise _malformed("the closing boundary is missing")

    def _read_head(self) -> bool:
        """Take the first part and the second one's headers, once both are there."""
        opening = self._buffer.find(self._boundary)
        start = self._buffer.find(b"\n", opening) + 1
        if opening < 0 or start <= 0:
            return False
        # gcloud ends its lines with a line feed alone.
        line_end = b"\r\n" if self._buffer[:start].endswith(b"\r\n") else b"\n"
        delimiter = line_end + self._boundary
        second = self._buffer.find(delimiter, start - len(line_end))
        end = self._buffer.find(line_end * 2, second) if second >= 0 else -1
        if end < 0:
            return False
        self._delimiter = delimiter
        first = bytes(self._buffer[start:second])
        self.resource = _resource(first.partition(line_end * 2)[2])
        head = bytes(self._buffer[second + len(delimiter) : end]).lstrip(b" \t\r\n")
        self.content_type = HeaderParser().parsestr(head.decode("latin-1")).get("Content-Type")
        del self._buffer[: end + 2 * len(line_end)]
        self._in_media = True
        return True

    def _media(self) -> bytes:
        end = self._buffer.find(self._delimiter)
        if end >= 0:
            self._finished = True
        else:
            # The end of what is there may be the beginning of a delimiter.
            end = max(0, len(self._buffer) - len(self._delimiter) + 1)
        media = bytes(self._buffer[:end])
        del self._buffer[:end]
        return media


def _resource(text: bytes) -> Json:
    try:
        resource = json.loads(text or b"{}")
    except (ValueError, RecursionError):
        raise StorageError(400, "parseError", "Parse Error") from None
    if not isinstance(resource, dict):
        raise StorageError(400, "parseError", "Parse Error")
    return resource


def _header(name: str, value: str) -> Message:
    message = Message()
    message[name] = value
    return message


def _malformed(why: str) -> StorageError:
    return invalid(f"Malformed multipart body: {why}.")
