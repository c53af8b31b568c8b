"""Deploy and run workflows: the interpreter's front door.

``compile_workflow`` turns a source into a ``Program`` or raises ``DeploymentError``;
``run`` turns a program and its argument into a generator of effects that returns the
result.  An error that the workflow does not catch leaves the generator as
``WorkflowFailed``: ``value`` is the payload, ``frames`` are the steps it passed
through, innermost first, and ``context`` is the text that the service shows.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from localcloud.workflows.check import layouts_of
from localcloud.workflows.check_calls import CallChecker, Connectors
from localcloud.workflows.effects import Running, Value
from localcloud.workflows.failures import (
    DeploymentError,
    Fault,
    StackFrame,
    WorkflowFailed,
    resource_limit,
)
from localcloud.workflows.interpret.build import Routines, build_routines
from localcloud.workflows.interpret.frame import Flow, RunState, new_frame
from localcloud.workflows.interpret.trampoline import flatten
from localcloud.workflows.layout import Layout
from localcloud.workflows.limits import DEFAULT_LIMITS, NO_LIMITS, Limits
from localcloud.workflows.parse import MAIN, parse_workflow, sorted_faults
from localcloud.workflows.parse_values import Faults
from localcloud.workflows.stdlib import jsons
from localcloud.workflows.syntax import Workflow
from localcloud.workflows.values import size

__all__ = [
    "DEFAULT_LIMITS",
    "NO_LIMITS",
    "Connectors",
    "DeploymentError",
    "Fault",
    "Limits",
    "Program",
    "RunContext",
    "StackFrame",
    "WorkflowFailed",
    "compile_workflow",
    "run",
]


@dataclass(frozen=True, slots=True)
class RunContext:
    """What one execution knows from outside."""

    env: Mapping[str, str] = field(default_factory=dict)
    """``GOOGLE_CLOUD_…`` and the variables that the workflow's owner defined."""
    trace_steps: bool = False
    """Whether to yield ``StepStarted`` and ``StepEnded``."""
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True)
class Program:
    """A deployed workflow; it holds no state of any run."""

    source: str
    workflow: Workflow
    connectors: Connectors
    _layouts: Mapping[str, Layout] = field(repr=False)
    _built: dict[bool, Routines] = field(default_factory=dict, repr=False)

    def routines(self, *, traced: bool) -> Routines:
        """Return the routines ready to run, built when they are first asked for."""
        if traced not in self._built:
            self._built[traced] = build_routines(self.workflow, self._layouts, traced=traced)
        return self._built[traced]


def compile_workflow(
    source: str,
    *,
    connectors: Connectors,
    limits: Limits = DEFAULT_LIMITS,
    env_names: Collection[str] | None = None,  # noqa: ARG001 - names are checked when they are read
) -> Program:
    """Return the program of a source, or raise DeploymentError with all its faults."""
    workflow = parse_workflow(source, limits)
    faults = Faults()
    layouts = layouts_of(workflow.routines, CallChecker(workflow.routines, connectors), faults)
    if faults.noted:
        raise DeploymentError(sorted_faults(faults.noted), source)
    return Program(source, workflow, connectors, layouts)


def run(program: Program, argument: Value, context: RunContext) -> Running:
    """Run a program; yields effects, returns the result of ``main``."""
    return flatten(_run(program, argument, context))


def _run(program: Program, argument: Value, context: RunContext) -> Flow:
    main = program.routines(traced=context.trace_steps)[MAIN]
    state = RunState(context.env, context.limits, program.connectors)
    values = [argument] if main.routine.params else []
    result = yield from main.start(values, new_frame(state, main.width, None), None)
    return _checked_result(result, context.limits)


def _checked_result(result: Value, limits: Limits) -> Value:
    """Return the result if JSON can hold it: bytes and functions are not returned."""
    if size(result, limits.max_memory_bytes) > limits.max_memory_bytes:
        raise resource_limit("the result is larger than the limit", "ResultSizeLimitExceededError")
    jsons.compact(result)
    return result
