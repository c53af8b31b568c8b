"""``retry``, and the retry policies of ``http``.

https://cloud.google.com/workflows/docs/reference/stdlib/retry
https://cloud.google.com/workflows/docs/reference/stdlib/http/default_retry
"""

from __future__ import annotations

from collections.abc import Mapping

from localcloud.workflows.effects import Value
from localcloud.workflows.stdlib.function import Function, Param
from localcloud.workflows.values import FunctionRef

DEFAULT_BACKOFF: Mapping[str, Value] = {"initial_delay": 1, "max_delay": 60, "multiplier": 1.25}
_MAX_RETRIES = 5

_TRANSIENT_CODES = frozenset({429, 502, 503, 504})
_TRANSIENT_TAGS = frozenset({"ConnectionError", "ConnectionFailedError", "TimeoutError"})
_UNPROCESSED_CODES = frozenset({429, 503})
_UNPROCESSED_TAGS = frozenset({"ConnectionFailedError"})


def is_transient(exception: Value) -> bool:
    """Tell whether an idempotent request is worth repeating after this error."""
    return _matches(exception, _TRANSIENT_CODES, _TRANSIENT_TAGS)


def is_unprocessed(exception: Value) -> bool:
    """Tell whether the server surely did nothing, so that any request may be repeated."""
    return _matches(exception, _UNPROCESSED_CODES, _UNPROCESSED_TAGS)


def _matches(exception: Value, codes: frozenset[int], tags: frozenset[str]) -> bool:
    if not isinstance(exception, dict):
        return False
    found = exception.get("tags")
    names = [tag for tag in found if isinstance(tag, str)] if isinstance(found, list) else []
    if "HttpError" in names and exception.get("code") in codes:
        return True
    return not tags.isdisjoint(names)


def always(_exception: Value) -> bool:
    """Return true: every error is worth a retry."""
    return True


def never(_exception: Value) -> bool:
    """Return false: no error is worth a retry."""
    return False


def _policy(predicate: str) -> Value:
    return {
        "predicate": FunctionRef(predicate),
        "max_retries": _MAX_RETRIES,
        "backoff": dict(DEFAULT_BACKOFF),
    }


_EXCEPTION = (Param("exception"),)

FUNCTIONS = (
    Function("retry.always", _EXCEPTION, always),
    Function("retry.never", _EXCEPTION, never),
    Function("http.default_retry_predicate", _EXCEPTION, is_transient),
    Function("http.default_retry_predicate_non_idempotent", _EXCEPTION, is_unprocessed),
)

CONSTANTS: Mapping[str, Value] = {
    "retry.default_backoff": dict(DEFAULT_BACKOFF),
    "http.default_retry": _policy("http.default_retry_predicate"),
    "http.default_retry_non_idempotent": _policy("http.default_retry_predicate_non_idempotent"),
}
