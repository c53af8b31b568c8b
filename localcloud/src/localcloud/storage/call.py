"""A request on its way to a handler, and the handler's table entry."""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from localcloud.partial import apply_mask, parse_mask
from localcloud.storage.errors import StorageError, invalid
from localcloud.storage.preconditions import int64
from localcloud.storage.resources import Json, StoredObject, object_resource
from localcloud.storage.state import Storage

MAX_JSON_BYTES = 1024 * 1024
_VARIABLE = re.compile(r"\{([a-zA-Z]+)\}")
# gcloud sends the slashes of object names as they are, all others encode them.
_MANY_SEGMENTS = frozenset({"object", "toObject"})


@dataclass(frozen=True, slots=True)
class Call:
    """One request: the variables of its path, decoded, and its query."""

    storage: Storage
    request: Request
    path: tuple[str, ...]
    query: Mapping[str, str]
    application: ASGIApp

    @property
    def base_url(self) -> str:
        """Where the client found this server."""
        return f"{self.request.scope['scheme']}://{self.request.headers.get('host', 'localhost')}"

    def header(self, name: str) -> str | None:
        value: str | None = self.request.headers.get(name)
        return value

    def flag(self, parameter: str) -> bool:
        return self.query.get(parameter, "").lower() == "true"

    @property
    def generation(self) -> int | None:
        return int64(self.query, "generation")

    async def json(self) -> Json:
        """Return the body; an empty one counts as an empty object."""
        body = await self.body(MAX_JSON_BYTES)
        try:
            parsed = json.loads(body) if body else {}
        except (ValueError, RecursionError):
            raise StorageError(400, "parseError", "Parse Error") from None
        if not isinstance(parsed, dict):
            raise StorageError(400, "parseError", "Parse Error")
        return parsed

    async def body(self, limit: int) -> bytes:
        """Return the whole body.  Raises StorageError where it is longer than the limit."""
        body = bytearray()
        async for data in self.request.stream():
            body += data
            if len(body) > limit:
                raise invalid(f"The request body is larger than {limit} bytes.")
        return bytes(body)

    def answer(self, body: Json, headers: Mapping[str, str] | None = None) -> Response:
        """Return the JSON, cut down to the ``fields`` that were asked for."""
        mask = parse_mask(self.query.get("fields", ""))
        return JSONResponse(apply_mask(body, mask), headers=headers)

    def answer_object(self, stored: StoredObject) -> Response:
        return self.answer(object_resource(stored, self.base_url))


Handler = Callable[[Call], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class Route:
    """A method of the API: its verb, path template, id, and who handles it."""

    verb: str
    template: str
    operation: str
    handler: Handler


class Router:
    """Finds routes by the path as it was sent: names hold encoded slashes."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self._routes = [(route.verb, _pattern(route.template), route) for route in routes]

    def find(self, verb: str, raw_path: str) -> tuple[Route, tuple[str, ...]] | None:
        """Return the route and its path variables, decoded."""
        for wanted, pattern, route in self._routes:
            found = pattern.fullmatch(raw_path) if wanted == verb else None
            if found:
                return route, tuple(decoded(value) for value in found.groups())
        return None


def decoded(text: str) -> str:
    """Return a percent-decoded name.  Raises StorageError where it is not UTF-8."""
    try:
        return unquote(text, errors="strict")
    except UnicodeDecodeError:
        raise invalid(f"The path is not valid UTF-8: {text}") from None


def _pattern(template: str) -> re.Pattern[str]:
    pieces = _VARIABLE.split(template)
    for position in range(1, len(pieces), 2):
        pieces[position] = "(.+?)" if pieces[position] in _MANY_SEGMENTS else "([^/]+)"
    return re.compile("".join(pieces))
