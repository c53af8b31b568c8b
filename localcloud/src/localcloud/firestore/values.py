"""Values: their kinds, and the order that Firestore sorts them by.

https://cloud.google.com/firestore/docs/concepts/data-types#value_type_ordering
"""

import math
from collections.abc import Callable
from typing import Any

from localcloud.firestore.messages import ValuePb
from localcloud.firestore.paths import order_key

# A tuple that starts with the rank of the kind, so that any two can be compared.
Key = tuple[Any, ...]

NULL: Key = (0,)
_NUMBER = 2
NAN: Key = (_NUMBER, 0)
ARRAY_RANK = 8
_VECTOR = "__vector__"


def kind_of(value: ValuePb) -> str | None:
    """Return which field of the Value is set."""
    kind: str | None = value.WhichOneof("value_type")
    return kind


def is_number(value: ValuePb | None) -> bool:
    return value is not None and kind_of(value) in ("integer_value", "double_value")


def number(value: ValuePb) -> int | float:
    """Return an integer_value or double_value."""
    numeric: int | float = getattr(value, value.WhichOneof("value_type"))
    return numeric


def is_vector(value: ValuePb) -> bool:
    """Whether the map is how a vector is written."""
    fields = value.map_value.fields
    return "__type__" in fields and fields["__type__"].string_value == _VECTOR


def sort_key(value: ValuePb) -> Key:
    """Return what the value sorts by; equal keys are equal values (1 and 1.0 are)."""
    return _KEYS[value.WhichOneof("value_type")](value)


def reference_key(name: str) -> Key:
    """Return the sort key of a reference to the document, which is also that of its name."""
    return (6, order_key(name))


def _double(value: ValuePb) -> Key:
    return NAN if math.isnan(value.double_value) else (_NUMBER, 1, value.double_value)


def _timestamp(value: ValuePb) -> Key:
    return (3, value.timestamp_value.seconds, value.timestamp_value.nanos)


def _geo_point(value: ValuePb) -> Key:
    return (7, value.geo_point_value.latitude, value.geo_point_value.longitude)


def _array(value: ValuePb) -> Key:
    return (ARRAY_RANK, tuple(sort_key(item) for item in value.array_value.values))


def _map(value: ValuePb) -> Key:
    fields = value.map_value.fields
    if is_vector(value):
        numbers = _array(fields["value"])[1] if "value" in fields else ()
        return (9, len(numbers), numbers)
    items = sorted((name.encode(), name) for name in fields)
    return (10, tuple((encoded, sort_key(fields[name])) for encoded, name in items))


_KEYS: dict[str | None, Callable[[ValuePb], Key]] = {
    "null_value": lambda _: NULL,
    "boolean_value": lambda value: (1, value.boolean_value),
    "integer_value": lambda value: (_NUMBER, 1, value.integer_value),
    "double_value": _double,
    "timestamp_value": _timestamp,
    "string_value": lambda value: (4, value.string_value.encode()),
    "bytes_value": lambda value: (5, value.bytes_value),
    "reference_value": lambda value: reference_key(value.reference_value),
    "geo_point_value": _geo_point,
    "array_value": _array,
    "map_value": _map,
}
