"""REST in front of the same handlers: google.api.http rules, JSON mapping, partial responses.

https://cloud.google.com/endpoints/docs/grpc/transcoding
https://protobuf.dev/programming-guides/json/
"""

import json
import logging
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from localcloud.errors import RpcError, invalid_argument, not_found
from localcloud.faults import Faults
from localcloud.partial import apply_mask, parse_mask
from localcloud.rpc import Http, Kind, Method, Service, status_of

log = logging.getLogger(__name__)

# System parameters that are no fields of a request.
# https://cloud.google.com/apis/docs/system-parameters
SYSTEM_PARAMETERS = frozenset({"alt", "fields", "key", "prettyPrint", "quotaUser", "access_token"})
_VARIABLE = re.compile(r"\{([a-zA-Z0-9_.]+)(?:=([^}]+))?\}")


@dataclass(frozen=True, slots=True)
class Route:
    """A rule, ready to match."""

    rule: Http
    pattern: re.Pattern[str]
    fields: tuple[str, ...]
    method: Method


class Rest:
    """An ASGI application over the methods of some services."""

    def __init__(self, services: Iterable[Service], faults: Faults) -> None:
        routes = [_route(m, rule) for s in services for m in s.methods for rule in m.rules]
        # A template with a custom verb (``…/documents:commit``) is the more special one.
        self._routes = sorted(routes, key=lambda r: ":" not in r.rule.template.rpartition("}")[2])
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response: Response = JSONResponse(await self._answer(request))
        except RpcError as error:
            response = error_response(error)
        except Exception:
            # Clients retry a 5xx for minutes; a defect of ours must show at once.
            log.exception("%s %s has a defect", request.method, scope["path"])
            response = error_response(invalid_argument("localcloud has a defect here; see its log"))
        await response(scope, receive, send)

    async def _answer(self, request: Request) -> Any:
        path = request.scope["raw_path"].decode("ascii")
        route, variables = self._match(request.method, path)
        query = parse_qsl(request.scope["query_string"].decode(), keep_blank_values=True)
        message = _message(route, variables, query, await request.body())
        async with self._faults.observe(route.method.name):
            answer = await _call(route.method, message)
        system = dict(query)
        body = _to_json(answer, enums_as_ints="enum-encoding=int" in system.get("$alt", ""))
        return apply_mask(body, parse_mask(system.get("fields") or system.get("$fields") or ""))

    def _match(self, verb: str, path: str) -> tuple[Route, dict[str, str]]:
        for route in self._routes:
            found = route.pattern.match(path) if route.rule.verb == verb else None
            if found:
                values = (unquote(value) for value in found.groups())
                return route, dict(zip(route.fields, values, strict=True))
        raise not_found(f"localcloud has no method {verb} {unquote(path)}")


def error_response(error: RpcError) -> JSONResponse:
    """Return Google's JSON error body.  https://cloud.google.com/apis/design/errors#http_mapping."""
    body: dict[str, Any] = {
        "code": error.http_status,
        "message": error.message,
        "status": error.code.name,
    }
    if error.details:
        body["details"] = json_format.MessageToDict(status_of(error))["details"]
    return JSONResponse({"error": body}, error.http_status)


def _route(method: Method, rule: Http) -> Route:
    pattern, position, fields = "", 0, []
    for variable in _VARIABLE.finditer(rule.template):
        pattern += re.escape(rule.template[position : variable.start()])
        glob = re.escape(variable[2] or "*").replace(r"\*\*", ".+").replace(r"\*", "[^/]+")
        pattern += f"({glob})"
        fields.append(variable[1])
        position = variable.end()
    pattern += re.escape(rule.template[position:])
    return Route(rule, re.compile(f"{pattern}$"), tuple(fields), method)


def _message(
    route: Route, variables: dict[str, str], query: list[tuple[str, str]], body: bytes
) -> Message:
    message = route.method.request_type()
    tree = _body_tree(route.rule, body)
    for name, value in query:
        if name not in SYSTEM_PARAMETERS and not name.startswith("$"):
            _put(tree, name, value, message.DESCRIPTOR)
    try:
        json_format.ParseDict(tree, message)
        # Path variables override: they are part of the resource that was authorised.
        override: dict[str, Any] = {}
        for name, value in variables.items():
            _put(override, name, value, message.DESCRIPTOR)
        json_format.ParseDict(override, message)
    except json_format.ParseError as error:
        raise invalid_argument(f"Invalid JSON payload received. {error}") from error
    return message


def _body_tree(rule: Http, body: bytes) -> dict[str, Any]:
    if rule.body is None or not body:
        return {}
    try:
        parsed = json.loads(body)
    except ValueError as error:
        raise invalid_argument("Invalid JSON payload received. Parser error.") from error
    if not isinstance(parsed, dict):
        raise invalid_argument("Invalid JSON payload received. Root element must be a message.")
    known = {name: value for name, value in parsed.items() if name not in rule.ignored}
    return known if rule.body == "*" else {rule.body: known}


def _put(tree: dict[str, Any], path: str, text: str, descriptor: Any) -> None:  # a Descriptor
    """Set one query parameter or path variable (``a.b``) in the tree."""
    *parents, name = path.split(".")
    for parent in parents:
        tree = tree.setdefault(parent, {})
        descriptor = _field(descriptor, parent, path).message_type
    field = _field(descriptor, name, path)
    value: Any = text.lower() == "true" if field.type == FieldDescriptor.TYPE_BOOL else text
    if field.message_type is None and field.type == FieldDescriptor.TYPE_ENUM and text.isdigit():
        value = int(text)
    if field.is_repeated:
        tree.setdefault(name, []).append(value)
    else:
        tree[name] = value


def _field(descriptor: Any, name: str, path: str) -> FieldDescriptor:
    for field in descriptor.fields if descriptor else ():
        if name in (field.name, field.json_name):
            return cast("FieldDescriptor", field)
    raise invalid_argument(f'Invalid JSON payload received. Unknown name "{path}".')


async def _call(method: Method, message: Message) -> Any:
    if method.kind is Kind.UNARY:
        return await method.handler(message)
    return [answer async for answer in method.handler(message)]


def _to_json(answer: Any, *, enums_as_ints: bool) -> Any:
    if isinstance(answer, list):
        return [_to_json(item, enums_as_ints=enums_as_ints) for item in answer]
    return json_format.MessageToDict(answer, use_integers_for_enums=enums_as_ints)
