"""The system, the namespace ``sys``.

https://cloud.google.com/workflows/docs/reference/stdlib/sys
"""

from __future__ import annotations

from localcloud.workflows.effects import Log, Now, Running, Sleep, Value
from localcloud.workflows.failures import key_error, type_error, value_error
from localcloud.workflows.interpret.frame import RunState
from localcloud.workflows.stdlib import jsons, times
from localcloud.workflows.stdlib.function import MAP, NUMBER, STRING, Function, Param
from localcloud.workflows.values import FunctionRef, check_encodable, scalar_text, type_name

MAX_SLEEP_S = 31_536_000
_SEVERITIES = frozenset(
    {"DEFAULT", "DEBUG", "INFO", "NOTICE", "WARNING", "ERROR", "CRITICAL", "ALERT", "EMERGENCY"}
)
_NOTHING = object()


def get_env(state: RunState, name: str, default: Value) -> Value:
    """Return an environment variable of the execution."""
    if name in state.env:
        return state.env[name]
    if default is _NOTHING:
        raise key_error(name)
    return default


def log(
    _state: RunState, data: Value, severity: Value, text: Value, json: Value, _timeout: Value
) -> Running:
    """Write a log entry; null is the same as not given."""
    severity = severity or "DEFAULT"
    if severity not in _SEVERITIES:
        raise value_error(f"sys.log: unknown severity '{severity}'")
    given = [value for value in (data, text, json) if value is not None]
    if len(given) != 1:
        raise type_error("sys.log: specify exactly one of 'data', 'text' and 'json'")
    check_encodable(given[0])
    if type(given[0]) in (bytes, FunctionRef):
        raise type_error(f"sys.log: a {type_name(given[0])} cannot be logged")
    yield Log(severity, _as_text(text) if text is not None else given[0])


def _as_text(value: Value) -> str:
    """Return the text payload of a value, which ``text`` always is."""
    if type(value) is str:
        return value
    return scalar_text(value) or jsons.compact(value)


def now(_state: RunState) -> Running:
    """Return the time in seconds since 1970."""
    seconds: float = yield Now()
    return seconds


def sleep(_state: RunState, seconds: float) -> Running:
    """Wait for some seconds."""
    if not 0 <= seconds <= MAX_SLEEP_S:
        raise value_error(f"sys.sleep: seconds must be between 0 and {MAX_SLEEP_S}")
    yield Sleep(float(seconds))


def sleep_until(_state: RunState, time: str) -> Running:
    """Wait until a moment, given as in RFC 3339."""
    moment = times.parse(time)
    seconds: float = yield Now()
    yield Sleep(max(0.0, moment - seconds))


FUNCTIONS = (
    Function(
        "sys.get_env",
        (Param("name", STRING), Param("default", STRING, default=_NOTHING)),
        get_env,
        style="state",
    ),
    Function(
        "sys.log",
        (
            Param("data", default=None),
            Param("severity", STRING, default=None),
            Param("text", default=None),
            Param("json", MAP, default=None),
            Param("timeout", NUMBER, default=None),
        ),
        log,
        style="flow",
        blocking=True,
    ),
    Function("sys.now", (), now, style="flow"),
    Function("sys.sleep", (Param("seconds", NUMBER),), sleep, style="flow", blocking=True),
    Function("sys.sleep_until", (Param("time", STRING),), sleep_until, style="flow", blocking=True),
)
