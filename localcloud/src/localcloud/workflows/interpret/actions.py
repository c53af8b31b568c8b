"""Make single steps ready to run: assign, call, raise and return."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from localcloud.workflows.effects import Value
from localcloud.workflows.expressions.evaluate import Code
from localcloud.workflows.failures import Place, WorkflowFailed, type_error
from localcloud.workflows.interpret.block import Work
from localcloud.workflows.interpret.frame import STATE, Flow, Frame, Reader
from localcloud.workflows.interpret.invoke import SymbolTable, call_function
from localcloud.workflows.interpret.signals import Returned, Signal
from localcloud.workflows.interpret.templates import (
    Target,
    Writer,
    compile_target,
    compile_template,
    evaluate,
)
from localcloud.workflows.syntax import Assign, Assignment, Call, Raise, Return, Template
from localcloud.workflows.values import check_encodable, type_name


@dataclass(frozen=True, slots=True)
class ActionBuilder:
    """Builds the work of the steps that hold no other steps."""

    symbols: SymbolTable

    def work(self, action: Assign | Call | Raise | Return) -> Work:
        """Return the work of a step."""
        match action:
            case Assign(assignments):
                return _assignments([self._assignment(item) for item in assignments])
            case Call():
                return self._call(action)
            case Raise(value):
                return self._then(value, _raiser(value.place))
            case Return(value):
                return self._then(value, Returned)

    def _then(self, template: Template, finish: Callable[[Value], Signal]) -> Work:
        code = compile_template(template, self.symbols)
        if code.read is not None:
            read = code.read
            return Work(plain=lambda frame: finish(read(frame)))

        def flow(frame: Frame) -> Flow:
            value = yield evaluate(code, frame)
            return finish(value)

        return Work(flow=flow)

    def _assignment(self, item: Assignment) -> tuple[Target, Code]:
        value = compile_template(item.value, self.symbols)
        return compile_target(item.target, self.symbols), value

    def _call(self, action: Call) -> Work:
        name = action.function
        arguments = self._arguments(action.arguments)
        target = compile_target(action.result.target, self.symbols) if action.result else None
        start = self._starter(name)

        def flow(frame: Frame) -> Flow:
            given = yield evaluate(arguments, frame)
            result = yield start({} if given is None else given, frame)
            if target is not None:
                yield target.write_flow(frame, result)

        return Work(flow=flow)

    def _arguments(self, template: Template | None) -> Code:
        if template is None:
            return Code(lambda _frame: {})
        return compile_template(template, self.symbols)

    def _starter(self, name: str) -> Callable[[Value, Frame], Flow]:
        """Return a call with a map of arguments, or a list of them in their order."""
        function = self.symbols.function(name)
        if name in self.symbols.names:
            routines = self.symbols.routines
            return lambda given, frame: routines[name].call(routines[name].values(given), frame)
        if function is not None:
            return lambda given, frame: call_function(function, function.values(given), frame)

        def connect(given: Value, frame: Frame) -> Flow:
            if type(given) is not dict:
                raise type_error(f"args must be a map; got: {type_name(given)}")
            return frame[STATE].connectors.call(name, given)  # type: ignore[no-any-return]

        return connect


def _raiser(place: Place) -> Callable[[Value], Signal]:
    def raise_value(value: Value) -> Signal:
        check_encodable(value)
        failed = WorkflowFailed(value)
        failed.place = place
        raise failed

    return raise_value


def _assignments(pairs: list[tuple[Target, Code]]) -> Work:
    plain: list[tuple[Writer, Reader]] = []
    for target, code in pairs:
        write = target.write_plain()
        if write is not None and code.read is not None:
            plain.append((write, code.read))
    if len(plain) == len(pairs):
        return Work(plain=_plain_assignments(plain))

    def flow(frame: Frame) -> Flow:
        for target, code in pairs:
            value = yield evaluate(code, frame)
            yield target.write_flow(frame, value)

    return Work(flow=flow)


def _plain_assignments(pairs: list[tuple[Writer, Reader]]) -> Callable[[Frame], Signal]:
    if len(pairs) == 1:
        ((write_one, read_one),) = pairs
        return lambda frame: write_one(frame, read_one(frame))

    def assign(frame: Frame) -> Signal:
        for write, read in pairs:
            write(frame, read(frame))
        return None

    return assign
