"""Callbacks, the namespace ``events``.

https://cloud.google.com/workflows/docs/reference/stdlib/events
"""

from __future__ import annotations

from localcloud.workflows.effects import AwaitCallback, CreateCallback, Running, Value
from localcloud.workflows.failures import value_error
from localcloud.workflows.interpret.frame import RunState
from localcloud.workflows.stdlib.function import MAP, NUMBER, STRING, Function, Param

DEFAULT_TIMEOUT_S = 43_200.0
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"})


def create_callback_endpoint(_state: RunState, http_callback_method: str) -> Running:
    """Return ``{"url": …}`` of a new endpoint."""
    if http_callback_method not in _METHODS:
        raise value_error(f"unsupported HTTP method '{http_callback_method}'")
    endpoint: Value = yield CreateCallback(http_callback_method)
    return endpoint


def await_callback(_state: RunState, callback: dict[str, Value], timeout: float) -> Running:
    """Return the call that the endpoint received."""
    if timeout < 0:
        raise value_error("the timeout must not be negative")
    received: Value = yield AwaitCallback(callback, float(timeout))
    return received


FUNCTIONS = (
    Function(
        "events.create_callback_endpoint",
        (Param("http_callback_method", STRING, default="POST"),),
        create_callback_endpoint,
        style="flow",
    ),
    Function(
        "events.await_callback",
        (Param("callback", MAP), Param("timeout", NUMBER, default=DEFAULT_TIMEOUT_S)),
        await_callback,
        style="flow",
        blocking=True,
    ),
)
