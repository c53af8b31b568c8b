"""Which API a path belongs to: Google's REST paths do not collide, so one port serves all."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

REST_PREFIXES = ("/v1/", "/v2/", "/v1beta1/", "/emulator/v1/")


class Paths:
    """An ASGI application: routes of their own, then the REST APIs, then Cloud Storage.

    Cloud Storage is last because its XML API owns every ``/BUCKET/OBJECT``.
    """

    def __init__(self, routes: Sequence[Route], rest: ASGIApp, storage: ASGIApp) -> None:
        self._patterns = [route.path_regex for route in routes]
        self._routes = Starlette(routes=routes)
        self._rest = rest
        self._storage = storage

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._application(scope["path"])(scope, receive, send)

    def _application(self, path: str) -> ASGIApp:
        if any(pattern.match(path) for pattern in self._patterns):
            return self._routes
        return self._rest if path.startswith(REST_PREFIXES) else self._storage
