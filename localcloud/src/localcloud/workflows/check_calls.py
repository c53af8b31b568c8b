"""Check at deployment that what is called exists and takes the arguments given."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from localcloud.workflows.effects import Effect, Value
from localcloud.workflows.stdlib.catalogue import CONSTANTS, FUNCTIONS
from localcloud.workflows.syntax import Constant, ListTemplate, MapTemplate, Routine, Template

CONNECTOR_PREFIX = "googleapis."
EXPRESSION_CONNECTORS: Mapping[str, tuple[str, ...]] = {
    "googleapis.secretmanager.v1.projects.secrets.versions.accessString": (
        "secret_id",
        "version",
        "project_id",
    )
}
"""The connectors that an expression may call, and the order of their arguments there."""


class Connectors(Protocol):
    """The Google APIs that a workflow may call by name."""

    def exists(self, name: str) -> bool:
        """Tell whether ``googleapis.…`` names a method."""

    def call(self, name: str, args: Mapping[str, Value]) -> Generator[Effect, Any, Value]:
        """Call the method; a generator of effects that returns the response's body."""


@dataclass(frozen=True, slots=True)
class CallChecker:
    """Knows the routines of one workflow, the standard library and the connectors."""

    routines: Mapping[str, Routine]
    connectors: Connectors

    def is_constant(self, name: str) -> bool:
        """Tell whether a dotted name that is no variable has a value, or lies inside one."""
        if name in self.routines or name in FUNCTIONS:
            return True
        return any(name == known or name.startswith(f"{known}.") for known in CONSTANTS)

    def call_fault(self, name: str, arguments: Template | None) -> str | None:
        """Return what is wrong with a call step."""
        count = _static_count(arguments)
        if name in self.routines:
            if count is not None:
                return self._miscounted(self.routines[name], count)
            return self._misnamed(self.routines[name], _static_names(arguments))
        if name in FUNCTIONS:
            if count is not None:
                return FUNCTIONS[name].misuse(count)
            names = _static_names(arguments)
            return None if names is None else FUNCTIONS[name].misnamed(names)
        if name.startswith(CONNECTOR_PREFIX):
            return self._connector_fault(name, count)
        return f"unknown function '{name}': neither a subworkflow nor in the standard library"

    def _connector_fault(self, name: str, count: int | None) -> str | None:
        if not self.connectors.exists(name):
            return f"unknown connector '{name}'"
        return None if count is None else f"the arguments of connector '{name}' must be a map"

    def invocation_fault(self, name: str, count: int) -> str | None:
        """Return what is wrong with a call inside an expression."""
        if name in self.routines:
            return self._miscounted(self.routines[name], count)
        if name in FUNCTIONS:
            function = FUNCTIONS[name]
            if function.blocking:
                return f"function '{name}' blocks and cannot be called in an expression"
            return function.misuse(count)
        if name.startswith(CONNECTOR_PREFIX):
            if name in EXPRESSION_CONNECTORS:
                return None
            return f"connector '{name}' blocks and cannot be called in an expression"
        return f"unknown function '{name}': neither a subworkflow nor in the standard library"

    def _misnamed(self, routine: Routine, names: list[str] | None) -> str | None:
        if names is None:
            return None
        known = {param.name for param in routine.params}
        for name in names:
            if name not in known:
                return f"subworkflow '{routine.name}' has no parameter '{name}'"
        for param in routine.params:
            if param.default is None and param.name not in names and routine.name != "main":
                return f"subworkflow '{routine.name}' misses its argument '{param.name}'"
        return None

    def _miscounted(self, routine: Routine, count: int) -> str | None:
        required = sum(param.default is None for param in routine.params)
        if count < required:
            missing = routine.params[count].name
            return f"subworkflow '{routine.name}' misses its argument '{missing}'"
        if count > len(routine.params):
            most = len(routine.params)
            return f"subworkflow '{routine.name}' takes {most} arguments, {count} given"
        return None


def _static_count(arguments: Template | None) -> int | None:
    """Return how many arguments are given by position, None where they are given by name."""
    if isinstance(arguments, ListTemplate):
        return len(arguments.items)
    if isinstance(arguments, Constant) and isinstance(arguments.value, list):
        return len(arguments.value)
    return None


def _static_names(arguments: Template | None) -> list[str] | None:
    """Return the names of the arguments, or None where they are known only at run time."""
    if arguments is None:
        return []
    if isinstance(arguments, Constant):
        return list(arguments.value) if isinstance(arguments.value, dict) else []
    if isinstance(arguments, MapTemplate):
        keys = [key.value for key, _ in arguments.entries if isinstance(key, Constant)]
        return keys if len(keys) == len(arguments.entries) else None
    return None
