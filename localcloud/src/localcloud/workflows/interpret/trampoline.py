"""Run flows that start flows without nesting them on Python's stack."""

from __future__ import annotations

from collections.abc import Generator
from types import GeneratorType
from typing import Any

from localcloud.workflows.effects import Running, WorkflowError
from localcloud.workflows.interpret.frame import Flow


def flatten(flow: Flow) -> Running:
    """Return the flow as one generator that yields effects only."""
    stack: list[Generator[Any, Any, Any]] = [flow]
    answer: Any = None
    error: WorkflowError | None = None
    while True:
        try:
            if error is None:
                asked = stack[-1].send(answer)
            else:
                thrown, error = error, None
                asked = stack[-1].throw(thrown)
        except StopIteration as stop:
            stack.pop()
            answer = stop.value
            if not stack:
                return answer
        except WorkflowError as raised:
            stack.pop()
            error = raised
            if not stack:
                raise
        else:
            answer = None
            if type(asked) is GeneratorType:
                stack.append(asked)
                continue
            try:
                answer = yield asked
            except WorkflowError as raised:
                error = raised
