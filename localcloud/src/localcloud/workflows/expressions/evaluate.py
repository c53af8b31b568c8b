"""Compile the tree of an expression to a closure over a frame.

A tree without effects becomes one plain function.  A tree that calls a
subworkflow or another function with effects becomes a flow, in which only the
path down to that call is walked step by step and all the rest stays compiled.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from localcloud.workflows.effects import Value
from localcloud.workflows.expressions import operators
from localcloud.workflows.expressions.nodes import (
    Binary,
    Index,
    Invoke,
    ListOf,
    Literal,
    Member,
    Name,
    Node,
    Unary,
    dotted,
)
from localcloud.workflows.failures import key_error, resource_limit
from localcloud.workflows.interpret.frame import PARENT, STATE, Flow, Frame, Reader
from localcloud.workflows.values import MAX_INT, MIN_INT, UNSET

FlowReader = Callable[[Frame], Flow]


@dataclass(frozen=True, slots=True)
class Code:
    """A compiled expression: ``read`` it, or if it has effects run its ``flow``."""

    read: Reader | None
    flow: FlowReader | None = None


class Symbols(Protocol):
    """What the names in an expression mean, at the place where it stands."""

    def variable(self, name: str) -> tuple[int, int] | None:
        """Return how many frames out a variable lives, and its place."""

    def is_constant(self, name: str) -> bool:
        """Tell whether a dotted name that is no variable stands for a value."""

    def constant(self, name: str) -> Value:
        """Return what such a name stands for."""

    def invocation(self, node: Invoke, arguments: tuple[Code, ...]) -> Code:
        """Return the code of a call."""


def compile_expression(node: Node, symbols: Symbols) -> Code:
    """Return the code of a checked expression."""
    return _Compiler(symbols).code(node)


def variable_reader(name: str, place: tuple[int, int]) -> Reader:
    """Return a function that reads a variable; an unassigned one raises KeyError."""
    hops, slot = place

    def local(frame: Frame) -> Value:
        value = frame[slot]
        if value is UNSET:
            raise key_error(name)
        return value

    def outer(frame: Frame) -> Value:
        for _ in range(hops):
            frame = frame[PARENT]
        return local(frame)

    return outer if hops else local


@dataclass(frozen=True, slots=True)
class _Compiler:
    symbols: Symbols

    def code(self, node: Node) -> Code:
        """Return the code of a node."""
        match node:
            case Literal(value):
                return Code(lambda _frame: value)
            case Name(name) | Member(name=name) if self._is_constant(node):
                return self._constant(node)
            case Name(name):
                return Code(self._variable(name))
            case Invoke():
                arguments = tuple(map(self.code, node.arguments))
                return self.symbols.invocation(node, arguments)
            case Binary(operator="and" | "or"):
                return self._logical(node)
            case _:
                return self._operation(node)

    def _is_constant(self, node: Node) -> bool:
        name = dotted(node)
        if name is None or self.symbols.variable(name.partition(".")[0]) is not None:
            return False
        return self.symbols.is_constant(name)

    def _constant(self, node: Node) -> Code:
        value = self.symbols.constant(dotted(node) or "")
        return Code(lambda _frame: value)

    def _variable(self, name: str) -> Reader:
        place = self.symbols.variable(name)
        if place is None:
            raise LookupError(name)
        return variable_reader(name, place)

    def _operation(self, node: Node) -> Code:
        """Return the code of an operation that always evaluates all its operands."""
        apply, operands = _operation_of(node)
        codes = tuple(map(self.code, operands))
        readers = [code.read for code in codes if code.read is not None]
        if len(readers) < len(codes):
            return Code(None, _flow_of(apply, codes))
        return Code(_reader_of(node, apply, readers))

    def _logical(self, node: Binary) -> Code:
        left, right, symbol = self.code(node.left), self.code(node.right), node.operator
        decisive = symbol == "or"
        if left.read is None or right.read is None:
            return Code(None, _logical_flow(left, right, symbol, decisive=decisive))
        read_left, read_right = left.read, right.read

        def read(frame: Frame) -> bool:
            if operators.boolean(symbol, read_left(frame)) is decisive:
                return decisive
            return operators.boolean(symbol, read_right(frame))

        return Code(read)


def _operation_of(node: Node) -> tuple[Callable[..., Value], tuple[Node, ...]]:
    match node:
        case Binary(symbol, left, right):
            return operators.OPERATORS[symbol], (left, right)
        case Unary(symbol, operand):
            return (operators.negate if symbol == "-" else operators.invert), (operand,)
        case Member(owner, name):
            return (lambda value: operators.member(value, name)), (owner,)
        case Index(owner, key):
            return operators.item, (owner, key)
        case ListOf(items):
            return (lambda *values: list(values)), items
    raise TypeError(node)


def _reader_of(node: Node, apply: Callable[..., Value], readers: list[Reader]) -> Reader:
    if isinstance(node, Binary) and node.operator == "+":
        return _adder(*readers)
    if isinstance(node, Binary) and node.operator in _QUICK:
        return _quick_integer(_QUICK[node.operator], apply, *readers)
    if len(readers) == 1:
        (only,) = readers
        return lambda frame: apply(only(frame))
    if len(readers) == 2:  # noqa: PLR2004 - unary and binary operations are by far the most
        first, second = readers
        return lambda frame: apply(first(frame), second(frame))
    return lambda frame: apply(*[reader(frame) for reader in readers])


def _adder(left: Reader, right: Reader) -> Reader:
    """Return a sum; integers and strings, the most frequent, take no detour."""
    add = operators.add

    def read(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        if type(a) is int and type(b) is int:
            total = a + b
            if MIN_INT <= total <= MAX_INT:
                return total
        text = a + b if type(a) is str and type(b) is str else add(a, b)
        if type(text) is str and len(text) > frame[STATE].limits.max_string_bytes // 4:
            check_string(frame, text)
        return text

    return read


def check_string(frame: Frame, text: str) -> None:
    """Refuse a string that is longer than the service stores."""
    if len(text.encode(errors="replace")) > frame[STATE].limits.max_string_bytes:
        raise resource_limit("the string is longer than the limit")


_QUICK: dict[str, Callable[[int, int], Value]] = {
    "==": int.__eq__,
    "!=": int.__ne__,
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}


def _quick_integer(
    quick: Callable[[int, int], Value], apply: Callable[..., Value], left: Reader, right: Reader
) -> Reader:
    """Return a comparison that takes no detour for integers."""

    def read(frame: Frame) -> Value:
        a, b = left(frame), right(frame)
        if type(a) is int and type(b) is int:
            return quick(a, b)
        return apply(a, b)

    return read


def _flow_of(apply: Callable[..., Value], codes: tuple[Code, ...]) -> FlowReader:
    def flow(frame: Frame) -> Flow:
        values = yield values_of(codes, frame)
        result = apply(*values)
        if type(result) is str:
            check_string(frame, result)
        return result

    return flow


def values_of(codes: tuple[Code, ...], frame: Frame) -> Flow:
    """Return the values of several expressions, evaluated from left to right."""
    values: list[Value] = []
    for code in codes:
        if code.read is not None:
            values.append(code.read(frame))
        elif code.flow is not None:
            values.append((yield code.flow(frame)))
    return values


def value_of(code: Code, frame: Frame) -> Flow:
    """Return the value of one expression, whatever effects it has."""
    values = yield values_of((code,), frame)
    return values[0]


def _logical_flow(left: Code, right: Code, symbol: str, *, decisive: bool) -> FlowReader:
    def flow(frame: Frame) -> Flow:
        first = yield value_of(left, frame)
        if operators.boolean(symbol, first) is decisive:
            return decisive
        second = yield value_of(right, frame)
        return operators.boolean(symbol, second)

    return flow
