"""Uploads over HTTP: media, multipart, resumable.

https://cloud.google.com/storage/docs/uploads-downloads#uploads
https://cloud.google.com/storage/docs/performing-resumable-uploads
"""

from collections.abc import AsyncIterator

from starlette.responses import Response

from localcloud.storage.call import Call, Route
from localcloud.storage.checksums import UNKNOWN, Expected, parse_hash_header
from localcloud.storage.drafts import Draft, draft
from localcloud.storage.errors import invalid
from localcloud.storage.inflate import Inflate
from localcloud.storage.multipart import Multipart
from localcloud.storage.preconditions import int64, parse_preconditions
from localcloud.storage.ranges import ContentRange, parse_content_range
from localcloud.storage.resources import Json, StoredObject
from localcloud.storage.uploads import GRANULE_BYTES, Upload
from localcloud.storage.xml_headers import NO_LIMIT, SizeLimit


async def insert(call: Call) -> Response:
    """Return the new object, or the session that will make it."""
    kind = call.query.get("uploadType") or "media"
    if kind == "media":
        return call.answer_object(await insert_media(call, _draft(call, {})))
    if kind == "multipart":
        return call.answer_object(await _insert_multipart(call))
    if kind == "resumable":
        return await _begin(call)
    raise invalid(f"Invalid value for uploadType: '{kind}'", "uploadType")


async def insert_media(call: Call, wanted: Draft, limit: SizeLimit = NO_LIMIT) -> StoredObject:
    """Return the object made of the request's whole body."""
    with call.storage.blobs.writer() as writer:
        async for data in call.request.stream():
            writer.write(data)
            limit.check_so_far(writer.size)
        limit.check(writer.size)
        return call.storage.objects.insert(wanted.expecting(_expected(call)), writer.finish())


async def _insert_multipart(call: Call) -> StoredObject:
    parts = Multipart(call.header("content-type") or "")
    with call.storage.blobs.writer() as writer:
        async for data in _plain(call):
            writer.write(parts.feed(data))
        parts.close()
        wanted = _draft(call, parts.resource, parts.content_type)
        return call.storage.objects.insert(wanted.expecting(_expected(call)), writer.finish())


async def _plain(call: Call) -> AsyncIterator[bytes]:
    """Yield the body without the compression that was for the way only (gcloud cp -J)."""
    inflate = Inflate() if call.header("content-encoding") == "gzip" else None
    async for data in call.request.stream():
        for piece in inflate.feed(data) if inflate else (data,):
            yield piece


async def _begin(call: Call) -> Response:
    wanted = _draft(call, await call.json(), call.header("x-upload-content-type"))
    headers = {"length": call.header("x-upload-content-length") or ""}
    upload = begin_upload(call, wanted, int64(headers, "length"))
    location = (
        f"{call.base_url}/upload/storage/v1/b/{wanted.bucket}/o"
        f"?uploadType=resumable&upload_id={upload.id}"
    )
    return Response(headers={"location": location, "x-guploader-uploadid": upload.id})


def begin_upload(call: Call, wanted: Draft, total: int | None) -> Upload:
    call.storage.objects.check(wanted)
    return call.storage.uploads.begin(wanted, total, call.header("origin"))


async def resume(call: Call) -> Response:
    """Take a piece of an upload, or tell how much is there."""
    upload = call.storage.uploads.get(call.query.get("upload_id", ""))
    stored = await receive_piece(call, upload)
    if stored is None:
        return incomplete(call, upload)
    return call.answer_object(stored)


async def cancel(call: Call) -> Response:
    call.storage.uploads.abandon(call.storage.uploads.get(call.query.get("upload_id", "")))
    return Response(status_code=499)


async def receive_piece(call: Call, upload: Upload) -> StoredObject | None:
    """Return the object once the last byte is there."""
    if upload.generation is not None:
        wanted = upload.draft
        return call.storage.objects.get(wanted.bucket, wanted.name, upload.generation)
    header = call.header("content-range")
    piece = parse_content_range(header) if header else ContentRange(0, None, None)
    end = await _receive(call, upload, piece) if piece.first is not None else None
    total = _total(upload, piece.total if header else end)
    received = call.storage.uploads.received(upload)
    if total is None or received < total:
        return None
    if received > total:
        raise invalid(f"{received} bytes have arrived, which is more than {total}.")
    return await call.storage.finish(upload, _expected(call))


def _total(upload: Upload, total: int | None) -> int | None:
    """Return the size that is known by now.  Raises StorageError where the client contradicts."""
    if upload.total is None or total is None:
        return upload.total if total is None else total
    if upload.total != total:
        raise invalid(f"The upload was announced with {upload.total} bytes, not {total}.")
    return total


async def _receive(call: Call, upload: Upload, piece: ContentRange) -> int:
    """Keep what arrives, even when the client breaks off; return the offset behind it."""
    uploads = call.storage.uploads
    await uploads.prepare(upload)
    offset = piece.first or 0
    async for data in call.request.stream():
        if piece.last is not None and offset + len(data) > piece.last + 1:
            raise invalid("The request body is longer than Content-Range says.")
        offset = uploads.append(upload, offset, data)
    return offset


def incomplete(call: Call, upload: Upload) -> Response:
    """Tell how much is there, in whole granules: what is sent again is kept once."""
    received = call.storage.uploads.received(upload)
    granules = received - received % GRANULE_BYTES
    headers = {"range": f"bytes=0-{granules - 1}"} if granules else {}
    return Response(status_code=308, headers={**headers, "x-guploader-uploadid": upload.id})


def _draft(call: Call, resource: Json, content_type: str | None = None) -> Draft:
    parameters = {"contentEncoding": call.query.get("contentEncoding")}
    known = {name: value for name, value in parameters.items() if value}
    return draft(
        call.path[0],
        {**known, **resource},
        parse_preconditions(call.query),
        name=call.query.get("name"),
        content_type=content_type or _own_content_type(call),
    )


def _own_content_type(call: Call) -> str | None:
    media = (call.query.get("uploadType") or "media") == "media"
    return call.header("content-type") if media else None


def _expected(call: Call) -> Expected:
    header = call.header("x-goog-hash")
    expected = parse_hash_header(header) if header else UNKNOWN
    return expected.or_else(Expected(md5=call.header("content-md5")))


_UPLOAD = "/upload/storage/v1/b/{bucket}/o"

ROUTES = (
    Route("POST", _UPLOAD, "storage.objects.insert", insert),
    Route("POST", f"/resumable{_UPLOAD}", "storage.objects.insert", insert),
    Route("PUT", _UPLOAD, "storage.objects.insert", resume),
    Route("DELETE", _UPLOAD, "storage.objects.insert", cancel),
)
