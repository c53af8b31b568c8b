"""HTTP requests, the namespace ``http``.

https://cloud.google.com/workflows/docs/reference/stdlib/http
"""

from __future__ import annotations

import re
from collections.abc import Callable

from localcloud.workflows.effects import HttpRequest, HttpResponse, Running, Value
from localcloud.workflows.failures import value_error
from localcloud.workflows.http_messages import (
    auth_of,
    encode_body,
    read_response,
    request_headers,
    with_query,
)
from localcloud.workflows.interpret.frame import RunState
from localcloud.workflows.stdlib.function import NUMBER, STRING, Function, Param

_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}
)
_SERVICE = re.compile(r"projects/[^/]+/locations/[^/]+/namespaces/[^/]+/services/[^/]+")
_PORT = re.compile(r"https?://[^/?#]*:\d", re.IGNORECASE)
DEFAULT_TIMEOUT_S = 300.0


def request(  # noqa: PLR0913, PLR0917 - the documented arguments, in their order
    state: RunState,
    method: str,
    url: str,
    timeout: float | None,
    body: Value,
    headers: Value,
    query: Value,
    auth: Value,
    private_service_name: Value,
    ca_certificate: Value,
) -> Running:
    """Return ``{body, code, headers}`` of the response; raise HttpError for 4xx and 5xx."""
    if method.upper() not in _METHODS:
        raise value_error(f"unsupported HTTP method '{method}'")
    if not url.lower().startswith(("http://", "https://")):
        raise value_error(f"the URL must begin with http:// or https://; got: '{url[:200]}'")
    if ca_certificate is not None and type(ca_certificate) is not bytes:
        raise value_error("ca_certificate must be bytes")
    if private_service_name is not None:
        _check_service(private_service_name, url)
    texts = request_headers(headers)
    content = None if body is None else encode_body(body, texts)
    seconds = DEFAULT_TIMEOUT_S if timeout is None else float(timeout)
    if not 0 < seconds <= state.limits.max_http_timeout_s:
        most = state.limits.max_http_timeout_s
        raise value_error(f"the timeout must be between 0 and {most:g} seconds")
    response: HttpResponse = yield HttpRequest(
        method.upper(),
        with_query(url, query),
        texts,
        content,
        seconds,
        auth_of(auth, url),
    )
    return read_response(response, state.limits)


def _check_service(name: Value, url: str) -> None:
    """Refuse what names no service, or an address with a port; the URL is called all the same."""
    if type(name) is not str or not _SERVICE.fullmatch(name):
        raise value_error("private_service_name is not the name of a Service Directory service")
    if _PORT.match(url):
        raise value_error("the URL of a private service may not contain a port")


def _with_body(method: str) -> Callable[..., Running]:
    def with_body(state: RunState, *arguments: Value) -> Running:
        return request(state, method, *arguments)

    return with_body


def _without_body(method: str) -> Callable[..., Running]:
    """Return a function whose ``body`` comes last: it is accepted, but not documented."""

    def without_body(state: RunState, url: str, timeout: float, *arguments: Value) -> Running:
        *others, body = arguments
        return request(state, method, url, timeout, body, *others)

    return without_body


_URL = (Param("url", STRING), Param("timeout", NUMBER, default=None))
_BODY = Param("body", default=None)
_OTHERS = tuple(
    Param(name, default=None)
    for name in ("headers", "query", "auth", "private_service_name", "ca_certificate")
)

FUNCTIONS = (
    Function(
        "http.request",
        (Param("method", STRING), *_URL, _BODY, *_OTHERS),
        request,
        style="flow",
        blocking=True,
    ),
    *(
        Function(
            f"http.{name}",
            (*_URL, _BODY, *_OTHERS),
            _with_body(name.upper()),
            style="flow",
            blocking=True,
        )
        for name in ("post", "put", "patch")
    ),
    *(
        Function(
            f"http.{name}",
            (*_URL, *_OTHERS, _BODY),
            _without_body(name.upper()),
            style="flow",
            blocking=True,
        )
        for name in ("get", "delete")
    ),
)
