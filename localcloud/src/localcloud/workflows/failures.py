"""What goes wrong: faults found at deployment, and errors raised while running.

``DeploymentError``  the source was refused; it lists every fault with its place.
``WorkflowFailed``   a ``WorkflowError`` that remembers the steps it passed through.

The tags and their meaning: https://cloud.google.com/workflows/docs/reference/syntax/error-types
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from localcloud.workflows.effects import Value, WorkflowError


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line and a column of the source, both counted from 1, and how long the text is."""

    line: int
    column: int
    length: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """One reason why a source cannot be deployed."""

    message: str
    line: int
    column: int


class DeploymentError(Exception):
    """The source was refused; ``faults`` are in the order of their lines."""

    def __init__(self, faults: tuple[Fault, ...], source: str = "") -> None:
        super().__init__(faults)
        self.faults = faults
        self._lines = source.splitlines()

    def __str__(self) -> str:
        return "\n".join(self._shown(fault) for fault in self.faults)

    def _shown(self, fault: Fault) -> str:
        head = f"line {fault.line}, column {fault.column}: {fault.message}"
        if not 1 <= fault.line <= len(self._lines):
            return head
        text = self._lines[fault.line - 1].replace("\t", " ")
        start = max(0, fault.column - 60)
        caret = " " * (fault.column - 1 - start) + "^"
        return f"{head}\n    {text[start : start + 100]}\n    {caret}"


@dataclass(frozen=True, slots=True)
class StackFrame:
    """A step that an error passed through, innermost first in a list of them."""

    routine: str
    step: str
    line: int
    column: int
    length: int = 0


class WorkflowFailed(WorkflowError):  # noqa: N818 - a state of the execution, as its API names it
    """An error inside a workflow; uncaught it leaves the generator of ``run``.

    ``value`` is the payload, ``frames`` are the steps from where it was raised
    out to ``main``, one a routine.  ``catchable`` is false for exceeded limits.
    """

    def __init__(
        self, value: Value, frames: tuple[StackFrame, ...] = (), *, catchable: bool = True
    ) -> None:
        super().__init__(value)
        self.frames = list(frames)
        self.catchable = catchable
        self.place: Place | None = None
        """The expression that raised it, until the step is noted."""
        self.located = False
        """Whether the routine that is being left has already noted its step."""

    @property
    def context(self) -> str:
        """The text that the service gives as ``error.context``.

        https://cloud.google.com/workflows/docs/access-execution-results
        """
        return self.context_of(_summary(self.value))

    def context_of(self, head: str) -> str:
        """Return the context with another first line."""
        return "\n".join([head, *map(_line, self.frames)])


def _line(frame: StackFrame) -> str:
    return f'in step "{frame.step}", routine "{frame.routine}", line: {frame.line}'


def _summary(value: Value) -> str:
    if isinstance(value, dict) and isinstance(value.get("message"), str) and "tags" in value:
        return str(value["message"])
    return f"RuntimeError: {_shown(value)}"


def _shown(value: Value) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=str)
    except (ValueError, RecursionError):
        return '"the error value cannot be shown"'


def error(tag: str, message: str, *more_tags: str, **fields: Value) -> WorkflowFailed:
    """Return a documented runtime error: its message starts with its tag."""
    value = {"message": f"{tag}: {message}", "tags": [tag, *more_tags], **fields}
    return WorkflowFailed(value)


def type_error(message: str) -> WorkflowFailed:
    """Return a TypeError: an operation met a value of the wrong type."""
    return error("TypeError", message)


def value_error(message: str) -> WorkflowFailed:
    """Return a ValueError: right type, impossible value."""
    return error("ValueError", message)


def key_error(key: Value) -> WorkflowFailed:
    """Return a KeyError for a map that lacks the key."""
    return error("KeyError", f"key not found: {key}", "LookupError")


def index_error(message: str) -> WorkflowFailed:
    """Return an IndexError for a list that is too short."""
    return error("IndexError", message, "LookupError")


def zero_division() -> WorkflowFailed:
    """Return a ZeroDivisionError."""
    return error("ZeroDivisionError", "division by zero")


def recursion_error() -> WorkflowFailed:
    """Return a RecursionError: calls are nested too deeply; it can be caught."""
    return error("RecursionError", "maximum call stack depth exceeded")


def resource_limit(message: str, *more_tags: str) -> WorkflowFailed:
    """Return the error of an exceeded limit, which no workflow can catch.

    The further tags are MemoryLimitExceededError and ResultSizeLimitExceededError.
    https://cloud.google.com/workflows/docs/troubleshooting#resource_limits
    """
    failed = error("ResourceLimitError", message, *more_tags)
    failed.catchable = False
    return failed
