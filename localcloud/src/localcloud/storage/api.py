"""Cloud Storage as an ASGI application: the JSON API, and the XML API for all other paths."""

from collections.abc import Mapping
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from localcloud.faults import Faults
from localcloud.storage import cors
from localcloud.storage.call import Call, Router
from localcloud.storage.errors import StorageError, invalid
from localcloud.storage.failures import answered, json_refusal, media_refusal, xml_refusal
from localcloud.storage.headers import with_headers
from localcloud.storage.routes import ROUTES
from localcloud.storage.signed import Verify
from localcloud.storage.state import Storage
from localcloud.storage.xml_api import XmlApi

JSON_PATHS = (
    "/storage/v1/",
    "/upload/storage/v1/",
    "/resumable/upload/storage/v1/",
    "/download/storage/v1/",
    "/batch/storage/v1",
)


def application(storage: Storage, faults: Faults, verify: Verify) -> ASGIApp:
    """Return the application; ``verify(message, signature)`` judges signed URLs."""
    return _Application(storage, faults, verify)


class _Application:
    def __init__(self, storage: Storage, faults: Faults, verify: Verify) -> None:
        self._storage = storage
        self._faults = faults
        self._router = Router(ROUTES)
        self._xml = XmlApi(storage, faults, verify)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        path = scope["raw_path"].decode("ascii", "replace")
        try:
            if path.startswith(JSON_PATHS):
                response = await self._json(request, path)
            else:
                response = await self._answer_xml(request, path)
        except ClientDisconnect:
            return
        await response(scope, receive, send)

    async def _json(self, request: Request, path: str) -> Response:
        origin = request.headers.get("origin")
        if request.method == "OPTIONS":
            asked = request.headers.get("access-control-request-headers", "")
            return with_headers(Response(), cors.json_api(origin, asked) if origin else {})
        media = b"alt=media" in request.scope["query_string"]
        refusal = media_refusal if media else json_refusal
        response = await answered(request, self._route(request, path), refusal)
        return with_headers(response, cors.json_api(origin) if origin else {})

    async def _route(self, request: Request, path: str) -> Response:
        query = parse_query(request.scope)
        _refuse_encryption(request, query)
        found = self._router.find(request.method, path)
        if found is None:
            raise StorageError(404, "notFound", "Not Found")
        route, variables = found
        async with self._faults.observe(route.operation):
            return await route.handler(Call(self._storage, request, variables, query, self))

    async def _answer_xml(self, request: Request, path: str) -> Response:
        response = await answered(request, self._route_xml(request, path), xml_refusal)
        return with_headers(response, self._xml.sharing(request, path))

    async def _route_xml(self, request: Request, path: str) -> Response:
        call = Call(self._storage, request, (), parse_query(request.scope), self)
        _refuse_encryption(request, call.query)
        return await self._xml.answer(call, path)


def _refuse_encryption(request: Request, query: Mapping[str, str]) -> None:
    """Raise StorageError where a key is named: bytes kept in the clear would seem encrypted."""
    if query.get("kmsKeyName") or "x-goog-encryption-algorithm" in request.headers:
        raise invalid("localcloud does not encrypt objects.")


def parse_query(scope: Scope) -> dict[str, str]:
    """Return the query's parameters; of one that is repeated, the last.

    Raises UnicodeError where they are not UTF-8.
    """
    text = scope["query_string"].decode("ascii")
    return dict(parse_qsl(text, keep_blank_values=True, errors="strict"))
