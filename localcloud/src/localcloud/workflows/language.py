"""The language that the engine runs: the interpreter, or another in its place.

The engine knows two things of it: compile a source, run what came out.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from localcloud.workflows.connectors.google import GoogleConnectors
from localcloud.workflows.effects import Running, Value
from localcloud.workflows.limits import DEFAULT_LIMITS, Limits
from localcloud.workflows.program import Program, RunContext, compile_workflow, run

Compiled = Any
"""A checked workflow; only the language that made it looks inside."""


class Language(Protocol):
    """Compiles and runs workflows."""

    def compile(self, source: str, project: str, env_names: Collection[str]) -> Compiled:
        """Return the checked workflow.  Raises DeploymentError."""
        ...

    def run(self, compiled: Compiled, argument: Value, env: Mapping[str, str]) -> Running:
        """Return the workflow as a generator of effects."""
        ...


@dataclass(frozen=True, slots=True)
class CloudWorkflows:
    """Google's workflow language; ``trace_steps`` keeps a history of steps."""

    limits: Limits = DEFAULT_LIMITS
    trace_steps: bool = True

    def compile(self, source: str, project: str, env_names: Collection[str]) -> Program:
        """Return the checked workflow.  Raises DeploymentError."""
        return compile_workflow(
            source,
            connectors=GoogleConnectors(project, self.limits),
            limits=self.limits,
            env_names=env_names,
        )

    def run(self, compiled: Program, argument: Value, env: Mapping[str, str]) -> Running:
        """Return the workflow as a generator of effects."""
        context = RunContext(env=env, trace_steps=self.trace_steps, limits=self.limits)
        return run(compiled, argument, context)
