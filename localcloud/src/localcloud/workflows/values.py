"""Values of a workflow: their types, their sizes, their text.

Values are never changed in place: whoever alters one builds a new one, so that
copies, branches and journals can share them.
https://cloud.google.com/workflows/docs/reference/syntax/datatypes
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from localcloud.workflows.effects import Value
from localcloud.workflows.failures import resource_limit

MAX_INT = (1 << 63) - 1
MIN_INT = -(1 << 63)
MAX_DEPTH = 200
"""How deep lists and maps may nest; deeper ones cannot be encoded safely."""
MAX_VISITED = 1_000_000
"""How many elements one comparison or measurement looks at."""

_COLLECTIONS = (list, dict)


@dataclass(frozen=True, slots=True)
class FunctionRef:
    """A function used as a value, such as the predicate of a retry policy."""

    name: str


class Unset:
    """What a variable holds before its first assignment."""


UNSET = Unset()
_SCALAR_BYTES = 8
_FIRST_POWER = 1e21
"""From here on doubles are printed as powers of ten, as in JSON."""

_TYPE_NAMES: dict[type, str] = {
    type(None): "null",
    bool: "boolean",
    int: "integer",
    float: "double",
    str: "string",
    bytes: "bytes",
    list: "list",
    dict: "map",
    FunctionRef: "function",
}


def type_name(value: Value) -> str:
    """Return the name that ``get_type`` gives the value."""
    return _TYPE_NAMES.get(type(value), "unknown")


def equal(left: Value, right: Value) -> bool:
    """Tell whether two values are equal; numbers compare by value, booleans are no numbers."""
    if type(left) not in _COLLECTIONS or type(left) is not type(right):
        return _equal_scalars(left, right)
    pairs, visited = [(left, right)], 0
    while pairs:
        visited += 1
        if visited > MAX_VISITED:
            raise resource_limit("the values are too large to compare")
        if not _compare_shallow(*pairs.pop(), pairs):
            return False
    return True


def _equal_scalars(left: Value, right: Value) -> bool:
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    return type(left) not in _COLLECTIONS and bool(left == right)


def _compare_shallow(left: Value, right: Value, inner: list[tuple[Value, Value]]) -> bool:
    """Compare two values but for what is inside them, which is left to do."""
    if type(left) is dict and type(right) is dict:
        inner.extend((left[key], right.get(key)) for key in left)
        return left.keys() == right.keys()
    if type(left) is list and type(right) is list:
        inner.extend(zip(left, right, strict=False))
        return len(left) == len(right)
    return _equal_scalars(left, right)


def number_text(value: float) -> str:
    """Return a number as the service prints it: a double keeps its shortest form."""
    if isinstance(value, int):
        return str(value)
    if value.is_integer() and abs(value) < _FIRST_POWER:
        return str(int(value))
    return repr(value)


def scalar_text(value: Value) -> str | None:
    """Return the text of a number or boolean, None for anything else."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    return None


def size(value: Value, most: int = MAX_VISITED * 16) -> int:
    """Return how many bytes a value takes; refuse one that nests too deeply.

    https://cloud.google.com/workflows/docs/reference/syntax/variables#memory-usage
    What is larger than ``most`` is not measured to its end: a list may hold the
    same large list many times over.
    """
    kind = type(value)
    if kind is str or kind is bytes:
        return _SCALAR_BYTES + len(value)
    return _tree_size(value, most) if kind in _COLLECTIONS else _SCALAR_BYTES


def _tree_size(value: Value, most: int) -> int:
    total, depth, level = 0, 0, [value]
    while level and total <= most:
        depth += 1
        if depth > MAX_DEPTH:
            raise resource_limit(f"values may not be nested deeper than {MAX_DEPTH} levels")
        inner: list[Any] = []
        for item in level:
            total += _own_size(item)
            if total + len(inner) * _SCALAR_BYTES > most:
                return most + 1
            if type(item) is list:
                inner.extend(item)
            elif type(item) is dict:
                inner.extend(item.values())
        level = inner
    return total


def _own_size(item: Value) -> int:
    kind = type(item)
    if kind is str or kind is bytes:
        return _SCALAR_BYTES + len(item)
    if kind is dict:
        return _SCALAR_BYTES * (1 + len(item)) + sum(map(len, item))
    return _SCALAR_BYTES


def check_encodable(value: Value) -> None:
    """Refuse a value that is too deep or too large to leave the workflow."""
    most = MAX_VISITED * 16
    if size(value, most) > most:
        raise resource_limit("the value is too large")
