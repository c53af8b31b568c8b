"""Run branches side by side and gather their errors.

https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps
"""

from __future__ import annotations

from collections.abc import Sequence

from localcloud.workflows.effects import Fork, Outcome, Value
from localcloud.workflows.failures import (
    WorkflowFailed,
    error,
    resource_limit,
    type_error,
    value_error,
)
from localcloud.workflows.interpret.block import Steps
from localcloud.workflows.interpret.frame import PARALLEL_DEPTH, STATE, Flow, Frame, RunState
from localcloud.workflows.interpret.trampoline import flatten
from localcloud.workflows.values import type_name

MAX_BRANCHES_SHOWN = 100
MAX_ITERATIONS = 1_000_000
_MESSAGE = "One or more branches or iterations encountered an unhandled runtime error"


def check_depth(frame: Frame) -> None:
    """Refuse to nest parallel steps deeper than the limit."""
    deepest = frame[STATE].limits.max_parallel_depth
    if frame[PARALLEL_DEPTH] >= deepest:
        raise error("ParallelNestingError", f"parallel steps are nested deeper than {deepest}")


def check_count(count: int, frame: Frame) -> None:
    """Refuse more iterations than the execution could run a single step in."""
    most = min(frame[STATE].limits.max_steps, MAX_ITERATIONS)
    if count >= most:
        raise resource_limit(f"a parallel loop has more than {most} iterations")


def concurrency(value: Value, state: RunState) -> int:
    """Return how many branches may run at once."""
    most = state.limits.max_concurrent_branches
    if value is None:
        return most
    if type(value) is not int:
        raise type_error(f"concurrency_limit must be an integer; got: {type_name(value)}")
    if value < 1:
        raise value_error("concurrency_limit must be positive")
    return min(value, most)


def fork(branches: Sequence[tuple[str, Steps, Frame]], limit: int) -> Flow:
    """Run all branches to their ends; raise one error if any of them failed."""
    if not branches:
        return
    running = tuple(flatten(steps.run(frame)) for _, steps, frame in branches)
    outcomes: list[Outcome] = yield Fork(running, limit)
    failed: list[tuple[str, WorkflowFailed]] = []
    for (name, _, _), outcome in zip(branches, outcomes, strict=True):
        if outcome.error is not None:
            failed.append((name, _as_failed(outcome.error)))
    for _, failure in failed:
        if not failure.catchable:
            raise failure
    if failed:
        raise unhandled(failed)


def _as_failed(raised: Exception) -> WorkflowFailed:
    if isinstance(raised, WorkflowFailed):
        return raised
    return WorkflowFailed(getattr(raised, "value", None))


def unhandled(failed: Sequence[tuple[str, WorkflowFailed]]) -> WorkflowFailed:
    """Return the UnhandledBranchError of the branches that failed."""
    shown = [
        {"id": name, "error": {"context": _context(failure), "payload": failure.value}}
        for name, failure in failed[:MAX_BRANCHES_SHOWN]
    ]
    return error(
        "UnhandledBranchError",
        _MESSAGE,
        "RuntimeError",
        branches=shown,
        truncated=len(failed) > len(shown),
    )


def _context(failure: WorkflowFailed) -> str:
    """Return the context as the service words it for a branch; the payload stands beside it."""
    return failure.context_of('RuntimeError: "branch error"')
