"""The XML API's objects: the door for signed URLs, and for what a bucket shows to all.

https://cloud.google.com/storage/docs/xml-api/overview
https://cloud.google.com/storage/docs/access-control/signed-urls
"""

import re
from base64 import b64decode

from starlette.requests import Request
from starlette.responses import Response

from localcloud.faults import Faults
from localcloud.storage import cors
from localcloud.storage.call import Call, decoded
from localcloud.storage.checksums import hash_header
from localcloud.storage.downloads import download
from localcloud.storage.errors import StorageError, invalid
from localcloud.storage.headers import with_headers
from localcloud.storage.resources import Bucket, StoredObject, object_etag
from localcloud.storage.signed import Verify, check_signature, is_signed
from localcloud.storage.signed_v2 import check_signature_v2, is_signed_v2
from localcloud.storage.state import Storage
from localcloud.storage.uploads_api import begin_upload, incomplete, insert_media, receive_piece
from localcloud.storage.xml_headers import (
    parse_size_limit,
    xml_draft,
    xml_preconditions,
)

_OBJECT = re.compile(r"/([^/]+)/(.+)")
_READERS = frozenset(
    {"roles/storage.objectViewer", "roles/storage.legacyObjectReader", "roles/storage.admin"}
)
_OPERATIONS = {
    "GET": "storage.objects.get",
    "HEAD": "storage.objects.get",
    "PUT": "storage.objects.insert",
    "POST": "storage.objects.insert",
    "DELETE": "storage.objects.delete",
}
# Sub-resources that would otherwise be mistaken for the object itself.
_SUBRESOURCES = frozenset({"acl", "compose", "uploads", "uploadId", "partNumber", "tagging"})
_PUBLIC_CACHE = "public, max-age=3600"
_PRIVATE_CACHE = "private, max-age=0"


class XmlApi:
    """Reads, writes and deletes objects for whoever may."""

    def __init__(self, storage: Storage, faults: Faults, verify: Verify) -> None:
        self._storage = storage
        self._faults = faults
        self._verify = verify

    async def answer(self, call: Call, path: str) -> Response:
        bucket_name, name = _target(path)
        bucket = self._storage.buckets.get(bucket_name)
        verb = call.request.method
        if verb == "OPTIONS":
            origin = call.header("origin") or ""
            wanted = call.header("access-control-request-method") or ""
            return with_headers(Response(), cors.preflight(_rules(bucket), origin, wanted))
        if verb not in _OPERATIONS or _SUBRESOURCES & call.query.keys():
            raise StorageError(405, "methodNotAllowed", "Not here.", xml_code="MethodNotAllowed")
        async with self._faults.observe(_OPERATIONS[verb]):
            self._authorise(call, path, bucket)
            return await _HANDLERS[verb](call, bucket, name)

    def sharing(self, request: Request, path: str) -> dict[str, str]:
        """Return the CORS headers that the bucket's rules give the request."""
        origin = request.headers.get("origin")
        found = _OBJECT.fullmatch(path)
        bucket = self._storage.buckets.find(found[1]) if found else None
        if origin is None or bucket is None or request.method == "OPTIONS":
            return {}
        return cors.allowed(_rules(bucket), origin, request.method)

    def _authorise(self, call: Call, path: str, bucket: Bucket) -> None:
        """Raise StorageError unless the caller may.

        A bearer token is taken as it is: this machine has one user.  The address of an
        upload session is itself the permission to go on with it.
        """
        verb, headers = call.request.method, dict(call.request.headers)
        now = self._storage.clock.now()
        if is_signed(call.query):
            target = (path, call.request.scope["query_string"].decode("ascii"))
            check_signature(verb, target, headers, now, self._verify)
        elif is_signed_v2(call.query):
            check_signature_v2(verb, (path, call.query), headers, now, self._verify)
        elif not _is_known(call) and not (verb in ("GET", "HEAD") and is_public(bucket)):
            operation = _OPERATIONS[verb].replace("insert", "create")
            raise StorageError(
                403,
                "forbidden",
                f"Anonymous caller does not have {operation} access to the Google Cloud Storage "
                "object.",
                xml_code="AccessDenied",
            )


def _is_known(call: Call) -> bool:
    in_session = call.request.method == "PUT" and "upload_id" in call.query
    return in_session or (call.header("authorization") or "").startswith("Bearer ")


def is_public(bucket: Bucket) -> bool:
    """Say whether the bucket's policy lets all users read its objects."""
    return any(
        binding.get("role") in _READERS and "allUsers" in binding.get("members", ())
        for binding in bucket.policy["bindings"]
    )


def xml_etag(stored: StoredObject) -> str:
    """Return the MD5 in hexadecimal, or where there is none what the JSON API has."""
    tag = b64decode(stored.md5).hex() if stored.md5 else f"-{object_etag(stored)}"
    return f'"{tag}"'


async def _get(call: Call, bucket: Bucket, name: str) -> Response:
    when = xml_preconditions(call.request.headers)
    stored = call.storage.objects.get(bucket.name, name, call.generation, when)
    overrides = {"etag": xml_etag(stored)} | {
        header: call.query[f"response-{header}"]
        for header in ("content-disposition", "content-type")
        if call.query.get(f"response-{header}")
    }
    cache_control = _PUBLIC_CACHE if is_public(bucket) else _PRIVATE_CACHE
    return download(call, stored, cache_control, overrides)


async def _put(call: Call, bucket: Bucket, name: str) -> Response:
    if "upload_id" in call.query:
        return await _put_piece(call)
    if "x-goog-copy-source" in call.request.headers:
        raise invalid("localcloud copies through the JSON API only.")
    limit = parse_size_limit(call.header("x-goog-content-length-range"))
    limit.check(int(call.header("content-length") or limit.least))
    stored = await insert_media(call, xml_draft(bucket.name, name, call.request.headers), limit)
    return _created(stored)


async def _put_piece(call: Call) -> Response:
    upload = call.storage.uploads.get(call.query["upload_id"])
    stored = await receive_piece(call, upload)
    return incomplete(call, upload) if stored is None else _created(stored)


async def _post(call: Call, bucket: Bucket, name: str) -> Response:
    if call.header("x-goog-resumable") != "start":
        raise invalid("POST starts a resumable upload: x-goog-resumable: start is missing.")
    upload = begin_upload(call, xml_draft(bucket.name, name, call.request.headers), None)
    path = call.request.scope["raw_path"].decode("ascii")
    location = f"{call.base_url}{path}?upload_id={upload.id}"
    return Response(status_code=201, headers={"location": location})


async def _delete(call: Call, bucket: Bucket, name: str) -> Response:
    when = xml_preconditions(call.request.headers)
    call.storage.objects.delete(bucket.name, name, call.generation, when)
    return Response(status_code=204)


def _created(stored: StoredObject) -> Response:
    headers = {
        "etag": xml_etag(stored),
        "x-goog-generation": str(stored.generation),
        "x-goog-hash": hash_header(stored.crc32c, stored.md5),
        "x-goog-metageneration": str(stored.metageneration),
        "x-goog-stored-content-length": str(stored.size),
    }
    return Response(headers=headers)


def _target(path: str) -> tuple[str, str]:
    found = _OBJECT.fullmatch(path)
    if found is None:
        raise StorageError(405, "methodNotAllowed", "Not here.", xml_code="MethodNotAllowed")
    return decoded(found[1]), decoded(found[2])


def _rules(bucket: Bucket) -> list[dict[str, object]]:
    return [rule for rule in bucket.properties.get("cors", []) if isinstance(rule, dict)]


_HANDLERS = {"GET": _get, "HEAD": _get, "PUT": _put, "POST": _post, "DELETE": _delete}
