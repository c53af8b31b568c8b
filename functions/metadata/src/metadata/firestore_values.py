"""Encode values as Firestore's REST API takes them.

https://cloud.google.com/firestore/docs/reference/rest/v1/Value
"""

import math
from collections.abc import Mapping
from typing import Any

Value = dict[str, Any]


def encode_fields(fields: Mapping[str, Any]) -> dict[str, Value]:
    """Return each field as a typed value."""
    return {name: encode(value) for name, value in fields.items()}


def encode(value: object) -> Value:  # noqa: PLR0911 -- a row a type
    """Return the typed value.  Raises TypeError for what Firestore cannot hold."""
    match value:
        case None:
            return {"nullValue": None}
        case bool():
            return {"booleanValue": value}
        case int():
            return {"integerValue": str(value)}
        case float():
            return {"doubleValue": value if math.isfinite(value) else _unbounded(value)}
        case str():
            return {"stringValue": str(value)}
        case Mapping():
            return {"mapValue": {"fields": encode_fields(value)}}
        case list() | tuple():
            return {"arrayValue": {"values": [encode(one) for one in value]}}
    raise TypeError(f"Firestore cannot hold a {type(value).__name__}")


def _unbounded(value: float) -> str:
    """Return the names that protobuf's JSON has for what JSON has no number for."""
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
