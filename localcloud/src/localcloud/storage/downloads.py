"""Object bytes over HTTP: whole or a range, with checksums, never much of it in memory.

https://cloud.google.com/storage/docs/json_api/v1/objects/get
https://cloud.google.com/storage/docs/transcoding
"""

import asyncio
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import BinaryIO

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from localcloud.storage.blobs import chunks
from localcloud.storage.call import Call
from localcloud.storage.checksums import hash_header
from localcloud.storage.errors import condition_not_met, not_modified
from localcloud.storage.headers import encoded_headers
from localcloud.storage.inflate import Inflate
from localcloud.storage.ranges import Span, parse_range
from localcloud.storage.resources import StoredObject, object_etag

_PROPERTY_HEADERS = {
    "contentDisposition": "content-disposition",
    "contentEncoding": "content-encoding",
    "contentLanguage": "content-language",
    "contentType": "content-type",
}
_UNCACHED = "no-cache, no-store, max-age=0, must-revalidate"


class Download(Response):
    """A response whose body comes from a file."""

    def __init__(
        self, status: int, headers: Mapping[str, str], file: BinaryIO, body: Iterator[bytes]
    ) -> None:
        self.status_code = status
        self.background = None
        self.raw_headers = encoded_headers(headers)
        self._file = file
        self._body = body

    async def __call__(self, scope: Scope, _receive: Receive, send: Send) -> None:
        start = {"type": "http.response.start", "status": self.status_code}
        with self._file:
            await send({**start, "headers": self.raw_headers})
            for data in self._body if scope["method"] != "HEAD" else ():
                await send({"type": "http.response.body", "body": data, "more_body": True})
                # A client that takes everything at once must not keep others waiting.
                await asyncio.sleep(0)
            await send({"type": "http.response.body", "body": b"", "more_body": False})


def download(
    call: Call,
    stored: StoredObject,
    cache_control: str = _UNCACHED,
    overrides: Mapping[str, str] = MappingProxyType({}),
) -> Response:
    """Return the response that carries an object, or the part that was asked for."""
    headers = {**_headers(stored, cache_control), **overrides}
    _check_etag(call, headers["etag"])
    if _gunzips(call, stored):
        return _gunzipped(call.storage.blobs.open(stored.blob), stored, headers)
    span = parse_range(call.header("range"), stored.size)
    whole = Span(0, stored.size)
    headers["content-length"] = str((span or whole).length)
    if span:
        headers["content-range"] = span.content_range(stored.size)
    file = call.storage.blobs.open(stored.blob)
    body = chunks(file, (span or whole).start, (span or whole).length)
    return Download(206 if span else 200, headers, file, body)


def _check_etag(call: Call, etag: str) -> None:
    """Raise StorageError where the reader has the object already, or wants another one."""
    if_match, if_none_match = call.header("if-match"), call.header("if-none-match")
    if if_match is not None and not _lists(if_match, etag):
        raise condition_not_met()
    if if_none_match is not None and _lists(if_none_match, etag):
        raise not_modified()


def _lists(header: str, etag: str) -> bool:
    known = [item.strip().removeprefix("W/").strip('"') for item in header.split(",")]
    return "*" in known or etag.strip('"') in known


def _headers(stored: StoredObject, cache_control: str) -> dict[str, str]:
    properties = stored.properties
    headers = {
        header: properties[name] for name, header in _PROPERTY_HEADERS.items() if name in properties
    }
    headers |= {
        "accept-ranges": "bytes",
        "cache-control": properties.get("cacheControl", cache_control),
        "etag": object_etag(stored),
        "x-goog-generation": str(stored.generation),
        "x-goog-hash": hash_header(stored.crc32c, stored.md5),
        "x-goog-metageneration": str(stored.metageneration),
        "x-goog-storage-class": properties["storageClass"],
        "x-goog-stored-content-encoding": properties.get("contentEncoding", "identity"),
        "x-goog-stored-content-length": str(stored.size),
    }
    metadata = properties.get("metadata", {})
    return headers | {f"x-goog-meta-{key}": value for key, value in metadata.items()}


def _gunzips(call: Call, stored: StoredObject) -> bool:
    """Say whether the bytes are kept compressed and this client does not take them so."""
    return (
        stored.properties.get("contentEncoding") == "gzip"
        and "gzip" not in (call.header("accept-encoding") or "")
        and "no-transform" not in stored.properties.get("cacheControl", "")
    )


def _gunzipped(file: BinaryIO, stored: StoredObject, headers: dict[str, str]) -> Response:
    """Return the decompressed object; the length is unknown and ranges do not apply."""
    del headers["content-encoding"]
    headers["warning"] = "214 UploadServer gunzipped"
    headers["vary"] = "Accept-Encoding"
    return Download(200, headers, file, _inflated(chunks(file, 0, stored.size)))


def _inflated(pieces: Iterator[bytes]) -> Iterator[bytes]:
    inflate = Inflate()
    for piece in pieces:
        yield from inflate.feed(piece)
