"""Send a connector's request, again where its retry policy says so.

GET is retried as ``http.default_retry`` does, any other method as
``http.default_retry_non_idempotent``.
https://cloud.google.com/workflows/docs/connectors#retries
"""

from collections.abc import Mapping

from localcloud.workflows.effects import (
    HttpRequest,
    HttpResponse,
    Running,
    Sleep,
    Value,
    WorkflowError,
)
from localcloud.workflows.http_messages import read_response
from localcloud.workflows.limits import DEFAULT_LIMITS, Limits

MAX_RETRIES = 5
INITIAL_DELAY_S = 1.0
MAX_DELAY_S = 60.0
MULTIPLIER = 1.25

_IDEMPOTENT_CODES = frozenset({429, 502, 503, 504})
_IDEMPOTENT_TAGS = frozenset({"ConnectionError", "ConnectionFailedError", "TimeoutError"})
_OTHER_CODES = frozenset({429, 503})
_OTHER_TAGS = frozenset({"ConnectionFailedError"})


def exchange(request: HttpRequest, limits: Limits = DEFAULT_LIMITS) -> Running:
    """Return the body of the response.  Raises HttpError and the errors of connections."""
    delay_s = INITIAL_DELAY_S
    for _ in range(MAX_RETRIES):
        try:
            return (yield from _once(request, limits))
        except WorkflowError as error:
            if not _transient(request.method, error.value):
                raise
        yield Sleep(delay_s)
        delay_s = min(delay_s * MULTIPLIER, MAX_DELAY_S)
    return (yield from _once(request, limits))


def _once(request: HttpRequest, limits: Limits) -> Running:
    response: HttpResponse = yield request
    answer: Mapping[str, Value] = read_response(response, limits)
    return answer["body"]


def _transient(verb: str, error: Value) -> bool:
    if not isinstance(error, dict):
        return False
    codes = _IDEMPOTENT_CODES if verb == "GET" else _OTHER_CODES
    tags = _IDEMPOTENT_TAGS if verb == "GET" else _OTHER_TAGS
    return error.get("code") in codes or bool(tags.intersection(error.get("tags") or ()))
