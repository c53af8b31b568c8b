"""Call routines."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.workflows.effects import Value
from localcloud.workflows.failures import WorkflowFailed, recursion_error, type_error
from localcloud.workflows.interpret.block import Steps
from localcloud.workflows.interpret.frame import (
    CALL_DEPTH,
    FIRST_VARIABLE,
    STATE,
    Flow,
    Frame,
    new_frame,
)
from localcloud.workflows.interpret.signals import Returned
from localcloud.workflows.stdlib.function import REQUIRED
from localcloud.workflows.syntax import Routine
from localcloud.workflows.values import type_name


@dataclass(frozen=True, slots=True)
class Subworkflow:
    """A routine made ready to run; parameters take the first places of its frame."""

    routine: Routine
    width: int
    steps: Steps

    def values(self, arguments: Value) -> list[Value]:
        """Return the arguments of a call step, which gives them by name or by position."""
        if type(arguments) is dict:
            return self.by_name(arguments)
        if type(arguments) is not list:
            raise type_error(f"args must be a map or a list; got: {type_name(arguments)}")
        if len(arguments) > len(self.routine.params):
            raise type_error(f"subworkflow '{self.routine.name}' is given too many arguments")
        return arguments

    def by_name(self, arguments: Mapping[str, Value]) -> list[Value]:
        """Return the arguments in the order of the parameters."""
        names = [param.name for param in self.routine.params]
        for name in arguments:
            if name not in names:
                raise type_error(f"subworkflow '{self.routine.name}' has no parameter '{name}'")
        return [arguments.get(name, REQUIRED) for name in names]

    def start(self, values: list[Value], frame: Frame, caller: Frame | None) -> Flow:
        """Run the routine in its new frame; return what it returns."""
        if frame[CALL_DEPTH] > frame[STATE].limits.max_call_depth:
            raise recursion_error()
        for position, value in enumerate(self._with_defaults(values)):
            frame[FIRST_VARIABLE + position] = value
        try:
            signal = yield self.steps.run(frame)
        except WorkflowFailed as failed:
            failed.located, failed.place = caller is None, None
            raise
        return signal.value if isinstance(signal, Returned) else None

    def call(self, values: list[Value], caller: Frame) -> Flow:
        """Run the routine for a step of another; return what it returns."""
        return self.start(values, new_frame(caller[STATE], self.width, caller), caller)

    def _with_defaults(self, values: list[Value]) -> list[Value]:
        filled: list[Value] = []
        for position, param in enumerate(self.routine.params):
            value = values[position] if position < len(values) else REQUIRED
            if value is REQUIRED:
                if param.default is None:
                    name = self.routine.name
                    raise type_error(f"subworkflow '{name}' misses its argument '{param.name}'")
                value = param.default.value
            filled.append(value)
        return filled
