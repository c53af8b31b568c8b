"""Values as HTTP messages: bodies, queries and headers out, responses in.

https://cloud.google.com/workflows/docs/http-requests
https://cloud.google.com/workflows/docs/reference/stdlib/http/request
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from localcloud.workflows.effects import Auth, HttpResponse, Value
from localcloud.workflows.failures import (
    WorkflowFailed,
    resource_limit,
    type_error,
    value_error,
)
from localcloud.workflows.limits import Limits
from localcloud.workflows.stdlib import jsons
from localcloud.workflows.values import scalar_text, type_name

USER_AGENT = "GoogleCloudWorkflows; (+https://cloud.google.com/workflows/docs)"
JSON_TYPE = "application/json; charset=utf-8"
BYTES_TYPE = "application/octet-stream"
FORM_TYPE = "application/x-www-form-urlencoded"
_ERROR_CODES_FROM = 400


def request_headers(given: Value) -> dict[str, str]:
    """Return the headers of a request as text, the service's User-Agent among them."""
    if given is not None and type(given) is not dict:
        raise type_error(f"headers must be a map; got: {type_name(given)}")
    headers = {name: _text(value) for name, value in (given or {}).items() if value is not None}
    name = _find(headers, "user-agent") or "User-Agent"
    headers[name] = f"{headers[name]} {USER_AGENT}" if name in headers else USER_AGENT
    for name, value in headers.items():
        if any(sign in name + value for sign in "\r\n\0"):
            raise value_error(f"header '{name}' holds a line break")
    return headers


def _find(headers: Mapping[str, str], wanted: str) -> str | None:
    return next((name for name in headers if name.lower() == wanted), None)


def _text(value: Value) -> str:
    text = value if type(value) is str else scalar_text(value)
    return jsons.compact(value) if text is None else str(text)


def encode_body(body: Value, headers: dict[str, str]) -> bytes:
    """Return the body as its Content-Type asks; set that header if it is missing."""
    name = _find(headers, "content-type")
    if name is None:
        headers["Content-Type"] = BYTES_TYPE if type(body) is bytes else JSON_TYPE
        return body if type(body) is bytes else jsons.encode(body, indent=False)
    return body if type(body) is bytes else _encoded_as(_media_type(headers[name]), body)


def _encoded_as(media_type: str, body: Value) -> bytes:
    if _is_json(media_type):
        return jsons.encode(body, indent=False)
    if media_type == FORM_TYPE and type(body) is dict:
        return encode_query(body).encode()
    text = body if type(body) is str else scalar_text(body)
    if text is not None:
        return str(text).encode(errors="replace")
    if media_type.startswith("text/") or media_type == FORM_TYPE:
        raise type_error(f"a body of type {media_type} cannot be a {type_name(body)}")
    return jsons.encode(body, indent=False)


def _media_type(content_type: str) -> str:
    return content_type.partition(";")[0].strip().lower()


def _is_json(media_type: str) -> bool:
    return media_type == "application/json" or media_type.endswith("+json")


def encode_query(query: Mapping[str, Value]) -> str:
    """Return a query, percent-encoded; a list repeats its key, null is left out."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        items = value if type(value) is list else [value]
        pairs.extend((name, _text(item)) for item in items if item is not None)
    return urlencode(pairs, quote_via=quote)


def with_query(url: str, query: Value) -> str:
    """Return the URL with the query joined to the one that it may have."""
    if query is None:
        return url
    if type(query) is not dict:
        raise type_error(f"query must be a map; got: {type_name(query)}")
    text = encode_query(query)
    if not text:
        return url
    address, mark, fragment = url.partition("#")
    joint = "" if address.endswith(("?", "&")) else "&" if "?" in address else "?"
    return f"{address}{joint}{text}{mark}{fragment}"


def auth_of(given: Value, url: str) -> Auth | None:
    """Return the token that the ``auth`` argument asks for."""
    if given is None:
        return None
    if type(given) is not dict:
        raise type_error(f"auth must be a map; got: {type_name(given)}")
    kind = given.get("type")
    if kind == "OIDC":
        return Auth("OIDC", audience=_text(given.get("audience") or url))
    if kind == "OAuth2":
        return Auth("OAuth2", scopes=scopes_of(given.get("scopes") or given.get("scope")))
    raise value_error(f"auth type must be 'OIDC' or 'OAuth2'; got: {kind}")


def scopes_of(given: Value) -> tuple[str, ...]:
    """Return scopes from a list or from text separated by spaces or commas."""
    parts = given if type(given) is list else [given]
    words = [word for part in parts if part for word in _text(part).replace(",", " ").split()]
    prefix = "https://www.googleapis.com/auth/"
    return tuple(word if "/" in word else prefix + word for word in words)


def read_response(response: HttpResponse, limits: Limits) -> Value:
    """Return ``{body, code, headers}``; raise HttpError for a code of 400 and above."""
    if len(response.body) > limits.max_response_bytes:
        raise resource_limit("the HTTP response is larger than the limit")
    result: dict[str, Value] = {
        "body": _body_of(response),
        "code": response.code,
        "headers": dict(response.headers),
    }
    if response.code < _ERROR_CODES_FROM:
        return result
    raise http_error(result)


def http_error(result: Mapping[str, Value]) -> WorkflowFailed:
    """Return the HttpError of a response."""
    message = f"HTTP server responded with error code {result['code']}"
    return WorkflowFailed({"message": message, "tags": ["HttpError"], **result})


def _body_of(response: HttpResponse) -> Value:
    name = _find(response.headers, "content-type")
    media_type = _media_type(response.headers[name]) if name else ""
    if _is_json(media_type):
        return _json_body(response.body)
    if media_type.startswith("text/") or not response.body:
        return response.body.decode(errors="replace")
    return response.body


def _json_body(body: bytes) -> Value:
    if not body.strip():
        return None
    try:
        return jsons.decode(body)
    except WorkflowFailed:
        return body.decode(errors="replace")
