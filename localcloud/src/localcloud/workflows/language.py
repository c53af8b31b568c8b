"""What the engine needs of the language: compile a source, run what came out."""

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from localcloud.workflows.effects import Running, Value

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
