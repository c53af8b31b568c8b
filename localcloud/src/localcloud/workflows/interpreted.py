"""Google's workflow language, as the engine runs it."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from localcloud.workflows.connectors.google import GoogleConnectors
from localcloud.workflows.effects import Running, Value
from localcloud.workflows.limits import DEFAULT_LIMITS, Limits
from localcloud.workflows.program import Program, RunContext, compile_workflow, run


@dataclass(frozen=True, slots=True)
class Interpreted:
    """The interpreter with its connectors; ``trace_steps`` keeps a history of steps.

    Without ``regional`` connectors call one host an API, whatever the region.
    """

    limits: Limits = DEFAULT_LIMITS
    trace_steps: bool = True
    regional: bool = True

    def compile(self, source: str, project: str, env_names: Collection[str]) -> Program:
        """Return the checked workflow.  Raises DeploymentError."""
        return compile_workflow(
            source,
            connectors=GoogleConnectors(project, self.limits, self.regional),
            limits=self.limits,
            env_names=env_names,
        )

    def run(self, compiled: Program, argument: Value, env: Mapping[str, str]) -> Running:
        """Return the workflow as a generator of effects."""
        context = RunContext(env=env, trace_steps=self.trace_steps, limits=self.limits)
        return run(compiled, argument, context)
