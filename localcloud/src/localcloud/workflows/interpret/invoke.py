"""Compile what names and calls in expressions mean."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.workflows.check_calls import EXPRESSION_CONNECTORS
from localcloud.workflows.effects import Value
from localcloud.workflows.expressions.evaluate import Code, check_string, values_of
from localcloud.workflows.expressions.nodes import Invoke
from localcloud.workflows.failures import type_error
from localcloud.workflows.interpret.frame import STATE, Flow, Frame, Reader
from localcloud.workflows.interpret.routine import Subworkflow
from localcloud.workflows.scopes import Scope
from localcloud.workflows.stdlib.catalogue import CONSTANTS, FUNCTIONS
from localcloud.workflows.stdlib.function import Function
from localcloud.workflows.values import FunctionRef

_LONG_TEXT = 16 * 1024


@dataclass(frozen=True, slots=True)
class SymbolTable:
    """The names that can be used at one place of a workflow."""

    scope: Scope
    routines: Mapping[str, Subworkflow]
    """Those built so far; all of them once the workflow runs."""
    names: frozenset[str]
    """The names of all routines; they hide functions of the same name."""

    def function(self, name: str) -> Function | None:
        """Return the function of the standard library that is called by this name."""
        return None if name in self.names else FUNCTIONS.get(name)

    def kind_of_call(self, name: str) -> str:
        """Return what the history of steps calls a step that calls this."""
        if name in self.names:
            return "call of subworkflow"
        return "call of function" if name in FUNCTIONS else "call of connector"

    def variable(self, name: str) -> tuple[int, int] | None:
        """Return how many frames out a variable lives, and its place."""
        return self.scope.find(name)

    def is_constant(self, name: str) -> bool:
        """Tell whether a dotted name that is no variable stands for a value."""
        return name in CONSTANTS or name in FUNCTIONS or "." not in name

    def constant(self, name: str) -> Value:
        """Return what such a name stands for; one without a dot is a subworkflow."""
        return CONSTANTS[name] if name in CONSTANTS else FunctionRef(name)

    def invocation(self, node: Invoke, arguments: tuple[Code, ...]) -> Code:
        """Return the code of a call."""
        function = self.function(node.function)
        readers = [code.read for code in arguments if code.read is not None]
        has_effects = len(readers) < len(arguments)
        if function and function.style != "flow" and not has_effects:
            return Code(_reader(function, readers))

        def flow(frame: Frame) -> Flow:
            values: list[Value] = yield values_of(arguments, frame)
            return (yield self.call(node.function, values, frame))

        return Code(None, flow)

    def call(self, name: str, values: list[Value], frame: Frame) -> Flow:
        """Call whatever has the name with arguments by position."""
        function = self.function(name)
        if function is None:
            return self._call_other(name, values, frame)
        return call_function(function, function.checked(values), frame)

    def _call_other(self, name: str, values: list[Value], frame: Frame) -> Flow:
        if name in EXPRESSION_CONNECTORS:
            arguments = dict(zip(EXPRESSION_CONNECTORS[name], values, strict=False))
            return frame[STATE].connectors.call(name, arguments)  # type: ignore[no-any-return]
        if name not in self.routines:
            raise type_error(f"'{name}' is not a function")
        return self.routines[name].call(values, frame)


def _reader(function: Function, readers: list[Reader]) -> Reader:
    """Return a call of a function without effects."""
    body, checked, is_pure = function.body, function.checked, function.style == "pure"

    def read(frame: Frame) -> Value:
        values = checked([reader(frame) for reader in readers])
        result = body(*values) if is_pure else body(frame[STATE], *values)
        if type(result) is str and len(result) > _LONG_TEXT:
            check_string(frame, result)
        return result

    return read


def call_function(function: Function, values: list[Value], frame: Frame) -> Flow:
    """Call a function of the standard library with all its arguments."""
    if function.style == "flow":
        return function.body(frame[STATE], *values)  # type: ignore[no-any-return]
    return _call_plain(function, values, frame)


def _call_plain(function: Function, values: list[Value], frame: Frame) -> Flow:
    yield from ()
    if function.style == "state":
        return function.body(frame[STATE], *values)
    return function.body(*values)
