"""Maps, the namespace ``map``.

https://cloud.google.com/workflows/docs/reference/stdlib/map
"""

from __future__ import annotations

from localcloud.workflows.effects import Value
from localcloud.workflows.failures import type_error
from localcloud.workflows.stdlib.function import ANY, MAP, STRING, Function, Param
from localcloud.workflows.values import check_encodable, type_name


def delete(items: dict[str, Value], key: str) -> dict[str, Value]:
    """Return a copy of the map without the key."""
    return {name: value for name, value in items.items() if name != key}


def get(items: Value, keys: Value) -> Value:
    """Return what stands at a key or a path of keys, null where the path breaks off."""
    path = keys if type(keys) is list else [keys]
    for key in path:
        if type(key) is not str:
            raise type_error(f"map.get: a key must be a string; got: {type_name(key)}")
    for key in path:
        if type(items) is not dict:
            return None
        items = items.get(key)
    return items


def merge(first: dict[str, Value], second: dict[str, Value]) -> dict[str, Value]:
    """Return both maps in one; where both have a key the second wins."""
    return {**first, **second}


def merge_nested(first: dict[str, Value], second: dict[str, Value]) -> dict[str, Value]:
    """Return both maps in one, maps within them merged likewise."""
    check_encodable(first)
    check_encodable(second)
    return _merged(first, second)


def _merged(first: dict[str, Value], second: dict[str, Value]) -> dict[str, Value]:
    merged = dict(first)
    for key, value in second.items():
        known: Value = merged.get(key)
        is_nested = type(known) is dict and type(value) is dict
        merged[key] = _merged(known, value) if is_nested else value
    return merged


_TWO_MAPS = (Param("first", MAP), Param("second", MAP))

FUNCTIONS = (
    Function("map.delete", (Param("map", MAP), Param("key", STRING)), delete),
    Function("map.get", (Param("map", ANY), Param("keys", ANY)), get),
    Function("map.merge", _TWO_MAPS, merge),
    Function("map.merge_nested", _TWO_MAPS, merge_nested),
)
