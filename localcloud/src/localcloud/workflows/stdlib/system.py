"""The system, the namespace ``sys``.

https://cloud.google.com/workflows/docs/reference/stdlib/sys
"""

from __future__ import annotations

from localcloud.workflows.effects import Log, Now, Running, Sleep, Value
from localcloud.workflows.failures import key_error, value_error
from localcloud.workflows.interpret.frame import RunState
from localcloud.workflows.stdlib import times
from localcloud.workflows.stdlib.function import ANY, NUMBER, STRING, Function, Param
from localcloud.workflows.values import check_encodable

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


def log(_state: RunState, data: Value, text: Value, json: Value, severity: str) -> Running:
    """Write a log entry."""
    if severity not in _SEVERITIES:
        raise value_error(f"sys.log: unknown severity '{severity}'")
    given = [value for value in (data, text, json) if value is not _NOTHING]
    if len(given) != 1:
        raise value_error("sys.log: give exactly one of 'data', 'text' and 'json'")
    check_encodable(given[0])
    yield Log(severity, given[0])


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
        (Param("name", STRING), Param("default", ANY, default=_NOTHING)),
        get_env,
        style="state",
    ),
    Function(
        "sys.log",
        (
            Param("data", ANY, default=_NOTHING),
            Param("text", ANY, default=_NOTHING),
            Param("json", ANY, default=_NOTHING),
            Param("severity", STRING, default="DEFAULT"),
        ),
        log,
        style="flow",
        blocking=True,
    ),
    Function("sys.now", (), now, style="flow"),
    Function("sys.sleep", (Param("seconds", NUMBER),), sleep, style="flow", blocking=True),
    Function("sys.sleep_until", (Param("time", STRING),), sleep_until, style="flow", blocking=True),
)
