"""JSON, the namespace ``json``.

https://cloud.google.com/workflows/docs/reference/stdlib/json
"""

from __future__ import annotations

import json
import math
import re
from typing import NoReturn

from localcloud.workflows.effects import Value
from localcloud.workflows.failures import type_error, value_error
from localcloud.workflows.stdlib import texts
from localcloud.workflows.stdlib.function import TEXT_OR_BYTES, Function, Param
from localcloud.workflows.values import MAX_DEPTH, MAX_INT, MIN_INT, check_encodable, type_name

_INDENT = "    "
_MAX_STEP_CHARS = 64
_SURROGATE = re.compile(r"\\u[dD][89a-fA-F]")
_MAX_DIGITS = 20


def decode(data: str | bytes) -> Value:
    """Return the value that JSON text stands for."""
    try:
        text = data.decode() if isinstance(data, bytes) else data
        value = json.loads(text, parse_int=_integer, parse_constant=_refuse_constant)
        if _SURROGATE.search(text):
            value = _whole(value)
        check_encodable(value)
    except (ValueError, RecursionError) as fault:
        raise value_error(f"not valid JSON: {fault}") from fault
    return value


def _whole(value: Value) -> Value:
    """Return the value with halves of characters, which only escapes can write, replaced."""
    if type(value) is dict:
        return {_whole(key): _whole(inner) for key, inner in value.items()}
    if type(value) is list:
        return [_whole(inner) for inner in value]
    if type(value) is str:
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return value


def _integer(text: str) -> int | float:
    if len(text) > _MAX_DIGITS:
        return float(text)
    number = int(text)
    return number if MIN_INT <= number <= MAX_INT else float(text)


def _refuse_constant(name: str) -> NoReturn:
    message = f"invalid literal {name}"
    raise ValueError(message)


def encode(data: Value, indent: Value) -> bytes:
    """Return the value as JSON in UTF-8."""
    return encode_to_string(data, indent).encode(errors="replace")


def encode_to_string(data: Value, indent: Value) -> str:
    """Return the value as JSON text, compact unless ``indent`` asks for lines."""
    prefix, step = _indentation(indent)
    if step is None:
        return compact(data)
    text = _encoded(data, indent=step, separators=(",", ": "))
    return texts.replace_all(text, "\n", "\n" + prefix) if prefix else text


def compact(data: Value) -> str:
    """Return the value as JSON text without spaces."""
    return _encoded(data, indent=None, separators=(",", ":"))


def _indentation(indent: Value) -> tuple[str, str | None]:
    if indent is True:
        return "", _INDENT
    if isinstance(indent, dict):
        prefix, step = indent.get("prefix", ""), indent.get("indent", _INDENT)
        if isinstance(prefix, str) and isinstance(step, str):
            if len(step) > _MAX_STEP_CHARS:
                raise value_error(f"'indent' is longer than {_MAX_STEP_CHARS} characters")
            return prefix, step
    elif indent is False or indent is None:
        return "", None
    raise type_error("argument 'indent' must be a boolean or a map of strings")


def _encoded(data: Value, *, indent: str | None, separators: tuple[str, str]) -> str:
    check_encodable(data)
    try:
        return json.dumps(
            _encodable(data), ensure_ascii=False, allow_nan=False, indent=indent,
            separators=separators, default=_refuse,
        )  # fmt: skip
    except (ValueError, RecursionError) as fault:
        raise value_error(f"the value cannot be encoded as JSON: {fault}") from fault


def _encodable(data: Value, depth: int = 0) -> Value:
    """Return the value with whole doubles as integers, as the service writes them."""
    if type(data) is float and data.is_integer() and math.fabs(data) < MAX_INT:
        return int(data)
    if depth > MAX_DEPTH:
        return data
    if type(data) is dict:
        return {key: _encodable(value, depth + 1) for key, value in data.items()}
    if type(data) is list:
        return [_encodable(value, depth + 1) for value in data]
    return data


def _refuse(value: object) -> NoReturn:
    message = f"{type_name(value)} has no JSON form"
    raise ValueError(message)


_PARAMS = (Param("data"), Param("indent", default=False))

FUNCTIONS = (
    Function("json.decode", (Param("data", TEXT_OR_BYTES),), decode),
    Function("json.encode", _PARAMS, encode),
    Function("json.encode_to_string", _PARAMS, encode_to_string),
)
