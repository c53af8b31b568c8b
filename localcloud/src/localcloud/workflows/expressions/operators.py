"""What the operators do to values of every type.

https://cloud.google.com/workflows/docs/reference/syntax/datatypes#implicit-conversion
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Mapping

from localcloud.workflows.effects import Value
from localcloud.workflows.failures import (
    WorkflowFailed,
    index_error,
    key_error,
    type_error,
    value_error,
    zero_division,
)
from localcloud.workflows.values import (
    MAX_INT,
    MIN_INT,
    FunctionRef,
    equal,
    number_text,
    scalar_text,
    type_name,
)

Binary = Callable[[Value, Value], Value]


def is_number(value: Value) -> bool:
    """Tell whether the value is an integer or a double."""
    return type(value) is int or type(value) is float


def within_64_bits(result: Value) -> Value:
    """Return the result unless it is an integer that 64 bits cannot hold."""
    if type(result) is int and not MIN_INT <= result <= MAX_INT:
        raise value_error("integer overflow")
    return result


def add(left: Value, right: Value) -> Value:
    """Add two numbers, or join a string with a string, number or boolean."""
    if is_number(left) and is_number(right):
        return within_64_bits(left + right)
    if type(left) is str:
        text = right if type(right) is str else scalar_text(right)
        if text is not None:
            return left + text
    elif type(right) is str:
        text = scalar_text(left)
        if text is not None:
            return text + right
    raise _unsupported("+", left, right)


def subtract(left: Value, right: Value) -> Value:
    """Subtract two numbers."""
    if is_number(left) and is_number(right):
        return within_64_bits(left - right)
    raise _unsupported("-", left, right)


def multiply(left: Value, right: Value) -> Value:
    """Multiply two numbers."""
    if is_number(left) and is_number(right):
        return within_64_bits(left * right)
    raise _unsupported("*", left, right)


def divide(left: Value, right: Value) -> Value:
    """Divide two numbers; the result is always a double."""
    _check_division("/", left, right)
    return _finite(lambda: left / right)


def floor_divide(left: Value, right: Value) -> Value:
    """Divide two numbers and round toward minus infinity."""
    _check_division("//", left, right)
    return within_64_bits(_finite(lambda: left // right))


def remainder(left: Value, right: Value) -> Value:
    """Return what a floor division leaves."""
    _check_division("%", left, right)
    return _finite(lambda: left % right)


def _check_division(symbol: str, left: Value, right: Value) -> None:
    if not (is_number(left) and is_number(right)):
        raise _unsupported(symbol, left, right)
    if right == 0:
        raise zero_division()


def _finite(compute: Callable[[], Value]) -> Value:
    try:
        return compute()
    except OverflowError as overflow:
        raise value_error("the result is out of range") from overflow


def contains(needle: Value, haystack: Value) -> bool:
    """Tell whether a map has the key or a list the element."""
    if type(haystack) is dict:
        return _as_key(needle) in haystack
    if type(haystack) is list:
        return any(equal(needle, item) for item in haystack)
    text = f"The argument of 'in' must be a dict or an array; got: {_shown(haystack)}"
    raise WorkflowFailed({"message": text, "tags": ["TypeError"]})


def _shown(value: Value) -> str:
    text = scalar_text(value)
    return text if text is not None else type_name(value)


def not_equal(left: Value, right: Value) -> bool:
    """Tell whether two values differ."""
    return not equal(left, right)


def _ordering(symbol: str, compare: Callable[[Value, Value], bool]) -> Binary:
    def ordered(left: Value, right: Value) -> bool:
        if is_number(left) and is_number(right):
            return compare(left, right)
        if type(left) is str and type(right) is str:
            return compare(left, right)
        raise _unsupported(symbol, left, right)

    return ordered


def negate(value: Value) -> Value:
    """Return the number with the other sign."""
    if not is_number(value):
        raise type_error(f"unsupported operand type for unary -: '{type_name(value)}'")
    return within_64_bits(-value)


def invert(value: Value) -> bool:
    """Return the other boolean."""
    if value is True or value is False:
        return not value
    raise type_error(f"unsupported operand type for not: '{type_name(value)}' (expecting boolean)")


def boolean(symbol: str, value: Value) -> bool:
    """Return the value if it is a boolean: the logical operators take nothing else."""
    if value is True or value is False:
        return bool(value)
    shown = f"unsupported operand type for {symbol}: '{type_name(value)}' (expecting boolean)"
    raise type_error(shown)


def _unsupported(symbol: str, left: Value, right: Value) -> WorkflowFailed:
    kinds = f"'{type_name(left)}' and '{type_name(right)}'"
    return type_error(f"unsupported operand type(s) for {symbol}: {kinds}")


OPERATORS: Mapping[str, Binary] = {
    "+": add,
    "-": subtract,
    "*": multiply,
    "/": divide,
    "//": floor_divide,
    "%": remainder,
    "==": equal,
    "!=": not_equal,
    "<": _ordering("<", operator.lt),
    "<=": _ordering("<=", operator.le),
    ">": _ordering(">", operator.gt),
    ">=": _ordering(">=", operator.ge),
    "in": contains,
}
"""The operators that always take both operands; ``and`` and ``or`` may skip one."""


def member(owner: Value, name: str) -> Value:
    """Return ``owner.name``."""
    if type(owner) is not dict:
        raise type_error(f"cannot access key '{name}' of a value of type '{type_name(owner)}'")
    try:
        return owner[name]
    except KeyError:
        raise key_error(name) from None


def item(owner: Value, key: Value) -> Value:
    """Return ``owner[key]``: an element of a list or the value of a key."""
    if type(owner) is list:
        return owner[checked_index(owner, key)]
    if type(owner) is dict:
        return member(owner, _as_key(key))
    raise type_error(f"cannot index a value of type '{type_name(owner)}'")


def checked_index(owner: list[Value], key: Value) -> int:
    """Return the key if it is the index of an element; negative ones are not."""
    if type(key) is not int:
        raise type_error(f"a list index must be an integer; got: {type_name(key)}")
    if not 0 <= key < len(owner):
        raise index_error(f"index out of range: {key} (length {len(owner)})")
    return key


def _as_key(key: Value) -> str:
    """Return the key as the string it is stored under; YAML keys such as 1 are texts."""
    if type(key) is str:
        return key
    if is_number(key) and math.isfinite(key):
        return number_text(key)
    raise type_error(f"a map key must be a string; got: {type_name(key)}")


def replaced(owner: Value, key: Value, value: Value) -> Value:
    """Return a copy of the list or map in which the key holds the value."""
    if type(owner) is dict:
        return {**owner, _as_key(key): value}
    if type(owner) is list:
        copy = owner.copy()
        copy[checked_index(owner, key)] = value
        return copy
    if isinstance(owner, FunctionRef) or owner is None:
        raise type_error(f"cannot assign to a key of a value of type '{type_name(owner)}'")
    raise type_error(f"'{type_name(owner)}' does not support assignment by key or index")
