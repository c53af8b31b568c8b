"""HTTP requests, the namespace ``http``.

https://cloud.google.com/workflows/docs/reference/stdlib/http
"""

from __future__ import annotations

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
from localcloud.workflows.stdlib.function import ANY, NUMBER, STRING, Function, Param

_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"}
)
_NAMES = ("headers", "body", "query", "auth", "timeout", "private_service_name", "ca_certificate")
_DEFAULT_TIMEOUT_S = 1800.0


def request(  # noqa: PLR0913, PLR0917 - the documented arguments
    state: RunState,
    method: str,
    url: str,
    headers: Value,
    body: Value,
    query: Value,
    auth: Value,
    timeout: float | None,
    *_others: Value,
) -> Running:
    """Return ``{body, code, headers}`` of the response; raise HttpError for 4xx and 5xx."""
    if method.upper() not in _METHODS:
        raise value_error(f"unsupported HTTP method '{method}'")
    if not url.lower().startswith(("http://", "https://")):
        raise value_error(f"the URL must begin with http:// or https://; got: '{url[:200]}'")
    texts = request_headers(headers)
    content = None if body is None else encode_body(body, texts)
    limit_s = state.limits.max_http_timeout_s
    seconds = _DEFAULT_TIMEOUT_S if timeout is None else float(timeout)
    if seconds <= 0:
        raise value_error("the timeout must be positive")
    response: HttpResponse = yield HttpRequest(
        method.upper(),
        with_query(url, query),
        texts,
        content,
        min(seconds, limit_s),
        auth_of(auth, url),
    )
    return read_response(response, state.limits)


def _with_method(method: str) -> Callable[..., Running]:
    def with_method(state: RunState, *arguments: Value) -> Running:
        return request(state, method, *arguments)

    return with_method


_ARGUMENTS = (
    Param("url", STRING),
    *(Param(name, NUMBER if name == "timeout" else ANY, default=None) for name in _NAMES),
)

FUNCTIONS = (
    Function(
        "http.request", (Param("method", STRING), *_ARGUMENTS), request, style="flow", blocking=True
    ),
    *(
        Function(
            f"http.{method}", _ARGUMENTS, _with_method(method.upper()), style="flow", blocking=True
        )
        for method in ("get", "post", "put", "patch", "delete")
    ),
)
