"""Structured logs on stdout: JSON as Cloud Logging reads it, or lines for a terminal.

https://cloud.google.com/logging/docs/structured-logging
"""

import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

_SEVERITIES = {"warn": "WARNING", "exception": "ERROR"}


def configure(service: str) -> None:
    """Set logging up for this process; every line carries the service's name."""
    terminal = sys.stdout.isatty()
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
            *(_terminal_end() if terminal else _json_end(service)),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        cache_logger_on_first_use=True,
    )


def trace_fields(project: str, header: str | None) -> dict[str, str]:
    """Return the field that ties a line to its request's trace, from X-Cloud-Trace-Context."""
    trace = (header or "").partition("/")[0]
    if not trace:
        return {}
    return {"logging.googleapis.com/trace": f"projects/{project}/traces/{trace}"}


def _terminal_end() -> list[Any]:
    return [structlog.processors.add_log_level, structlog.dev.ConsoleRenderer(timestamp_key="time")]


def _json_end(service: str) -> list[Any]:
    def add_severity(_: WrappedLogger, method: str, event: EventDict) -> EventDict:
        event["severity"] = _SEVERITIES.get(method, method.upper())
        event["service"] = service
        return event

    # Without the values of variables: among them are tokens and what people wrote.
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False)
    return [
        add_severity,
        structlog.processors.ExceptionRenderer(tracebacks),
        structlog.processors.JSONRenderer(),
    ]
