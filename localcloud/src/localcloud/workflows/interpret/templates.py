"""Compile values with expressions in them, and the targets of assignments."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from localcloud.workflows.effects import Value
from localcloud.workflows.expressions import operators
from localcloud.workflows.expressions.evaluate import (
    Code,
    Symbols,
    compile_expression,
    value_of,
    values_of,
    variable_reader,
)
from localcloud.workflows.expressions.nodes import Index, Literal, Member, Name, Node
from localcloud.workflows.failures import Place, WorkflowFailed, type_error
from localcloud.workflows.interpret.frame import PARENT, STATE, Flow, Frame, Reader
from localcloud.workflows.syntax import Constant, Expression, ListTemplate, MapTemplate, Template
from localcloud.workflows.values import scalar_text, type_name


def compile_template(template: Template, symbols: Symbols) -> Code:
    """Return the code of a value of any depth."""
    match template:
        case Constant(value):
            return Code(lambda _frame: value)
        case Expression(node, _, place):
            return _placed(compile_expression(node, symbols), place)
        case ListTemplate(items):
            codes = tuple(compile_template(item, symbols) for item in items)
            return _combined(codes, lambda values: values)
        case MapTemplate(entries):
            pairs = [part for entry in entries for part in entry]
            codes = tuple(compile_template(part, symbols) for part in pairs)
            return _combined(codes, _map_of)
    raise TypeError(template)


def _placed(code: Code, place: Place) -> Code:
    """Return the code of an expression that notes its place in the errors it raises."""
    read, start = code.read, code.flow
    if read is not None:

        def placed(frame: Frame) -> Value:
            try:
                return read(frame)
            except WorkflowFailed as failed:
                _note(failed, place)
                raise

        return Code(placed)

    def flow(frame: Frame) -> Flow:
        try:
            return (yield start(frame)) if start else None
        except WorkflowFailed as failed:
            _note(failed, place)
            raise

    return Code(None, flow)


def _note(failed: WorkflowFailed, place: Place) -> None:
    if failed.place is None and not failed.located:
        failed.place = place


def _combined(codes: tuple[Code, ...], combine: Callable[[list[Value]], Value]) -> Code:
    readers = [code.read for code in codes if code.read is not None]
    if len(readers) == len(codes):
        return Code(lambda frame: combine([read(frame) for read in readers]))

    def flow(frame: Frame) -> Flow:
        values = yield values_of(codes, frame)
        return combine(values)

    return Code(None, flow)


def _map_of(values: list[Value]) -> Value:
    return {_key(key): value for key, value in zip(values[::2], values[1::2], strict=True)}


def _key(key: Value) -> str:
    text = key if type(key) is str else scalar_text(key)
    if text is None:
        raise type_error(f"the key of a map must be a string; got: {type_name(key)}")
    return str(text)


Writer = Callable[[Frame, Value], None]


@dataclass(frozen=True, slots=True)
class Target:
    """What is assigned to: a variable, or what some keys lead to inside it."""

    read_root: Reader
    write_root: Writer
    keys: tuple[Code, ...]

    def write_plain(self) -> Writer | None:
        """Return the assignment as a plain function, if no key has effects."""
        if not self.keys:
            return self.write_root
        readers = [code.read for code in self.keys if code.read is not None]
        if len(readers) < len(self.keys):
            return None

        def write(frame: Frame, value: Value) -> None:
            self._write_at(frame, [read(frame) for read in readers], value)

        return write

    def write_flow(self, frame: Frame, value: Value) -> Flow:
        """Assign, evaluating keys that have effects."""
        keys: list[Value] = yield values_of(self.keys, frame)
        if keys:
            self._write_at(frame, keys, value)
        else:
            self.write_root(frame, value)

    def _write_at(self, frame: Frame, keys: list[Value], value: Value) -> None:
        owners = [self.read_root(frame)]
        for key in keys[:-1]:
            owners.append(operators.item(owners[-1], key))
        for owner, key in zip(reversed(owners), reversed(keys), strict=True):
            value = operators.replaced(owner, key, value)
        self.write_root(frame, value)


def compile_target(node: Node, symbols: Symbols) -> Target:
    """Return the code of an assignment's left side."""
    keys: list[Code] = []
    while isinstance(node, Member | Index):
        key = Literal(node.name) if isinstance(node, Member) else node.key
        keys.append(compile_expression(key, symbols))
        node = node.owner
    if not isinstance(node, Name):
        raise TypeError(node)
    place = symbols.variable(node.name)
    if place is None:
        raise LookupError(node.name)
    return Target(variable_reader(node.name, place), _root_writer(place), tuple(reversed(keys)))


def _root_writer(place: tuple[int, int]) -> Writer:
    hops, slot = place

    def write(frame: Frame, value: Value) -> None:
        state = frame[STATE]
        for _ in range(hops):
            frame = frame[PARENT]
        frame[slot] = value
        if type(value) in _SIZED:
            state.stored(frame, value)

    return write


_SIZED = (str, list, dict)


def evaluate(code: Code, frame: Frame) -> Flow:
    """Return the value of a template, whatever effects it has."""
    if code.read is not None:
        yield from ()
        return code.read(frame)
    return (yield value_of(code, frame))
