"""The functions without a namespace.

https://cloud.google.com/workflows/docs/reference/stdlib/expression-helpers
"""

from __future__ import annotations

import math
import re

from localcloud.workflows.effects import Value
from localcloud.workflows.expressions.operators import within_64_bits
from localcloud.workflows.failures import WorkflowFailed, type_error, value_error
from localcloud.workflows.stdlib.function import ANY, MAP, Function, Param
from localcloud.workflows.values import scalar_text, type_name

_INTEGER = re.compile(r"[-+]?\d+", re.ASCII)
_DOUBLE = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?", re.ASCII)
_MAX_DIGITS = 400
_IN_MESSAGES = {"map": "dict", "list": "list", "null": "NoneType"}
"""The type names in the service's messages differ from those of ``get_type``."""


def to_int(value: Value) -> Value:
    """Return a whole number; a double loses its fraction."""
    if type(value) is int:
        return value
    if type(value) is float and math.isfinite(value):
        return within_64_bits(int(value))
    if type(value) is str:
        if len(value) > _MAX_DIGITS or not _INTEGER.fullmatch(value):
            raise value_error(f"invalid value for int(): '{value[:80]}'")
        return within_64_bits(int(value))
    raise _unsupported("int", value, "number or string")


def to_double(value: Value) -> float:
    """Return a double."""
    if type(value) is int or type(value) is float:
        return float(value)
    if type(value) is str:
        if len(value) > _MAX_DIGITS or not _DOUBLE.fullmatch(value):
            raise value_error(f"invalid value for double(): '{value[:80]}'")
        return float(value)
    raise _unsupported("double", value, "number or string")


def to_string(value: Value) -> str:
    """Return the text of a number, string or boolean."""
    text = value if type(value) is str else scalar_text(value)
    if text is None:
        raise _unsupported("string", value, "number, string, or boolean")
    return str(text)


def keys(items: dict[str, Value]) -> list[Value]:
    """Return the keys of a map, in its order."""
    return list(items)


def length(value: Value) -> int:
    """Return the number of characters, elements or entries."""
    if type(value) in (str, list, dict):
        return len(value)
    raise _unsupported("len", value, "string, list, or map")


def default(value: Value, fallback: Value) -> Value:
    """Return the value unless it is null."""
    return fallback if value is None else value


def choose(condition: Value, if_true: Value, if_false: Value) -> Value:
    """Return the second argument where the first is true, else the third."""
    if condition is None or condition is False:
        return if_false
    if condition is True:
        return if_true
    raise _unsupported("if", condition, "boolean")


def _unsupported(function: str, value: Value, expected: str) -> WorkflowFailed:
    name = type_name(value)
    shown = _IN_MESSAGES.get(name, name)
    text = f"unsupported operand type for {function}(): '{shown}' (expecting {expected})"
    return type_error(text)


_VALUE = (Param("value"),)

FUNCTIONS = (
    Function("int", _VALUE, to_int),
    Function("double", _VALUE, to_double),
    Function("string", _VALUE, to_string),
    Function("keys", (Param("map", MAP),), keys),
    Function("len", _VALUE, length),
    Function("default", (Param("val", ANY), Param("defaultVal", ANY)), default),
    Function("if", (Param("condition", ANY), Param("ifTrue", ANY), Param("ifFalse", ANY)), choose),
    Function("get_type", _VALUE, type_name),
)
