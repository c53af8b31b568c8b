"""What may be stored: names of fields, kinds and nesting of values, sizes.

https://cloud.google.com/firestore/quotas#limits
https://cloud.google.com/firestore/docs/storage-size
"""

import re
from collections.abc import Callable

from localcloud.errors import invalid_argument
from localcloud.firestore.messages import DocumentPb, FieldsPb, ValuePb
from localcloud.firestore.paths import check_document
from localcloud.firestore.values import is_vector, kind_of

MAX_DOCUMENT_BYTES = 1_048_576
MAX_FIELD_BYTES = MAX_DOCUMENT_BYTES - 89
MAX_FIELD_NAME_BYTES = 1500
MAX_NESTING = 20
MAX_LATITUDE = 90.0
MAX_LONGITUDE = 180.0
# 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z
TIMESTAMP_SECONDS = range(-62_135_596_800, 253_402_300_800)

_RESERVED = re.compile(r"__.*__", re.DOTALL)
_FIXED_SIZES = {
    "null_value": 1,
    "boolean_value": 1,
    "integer_value": 8,
    "double_value": 8,
    "timestamp_value": 8,
    "geo_point_value": 16,
}


def check_fields(fields: FieldsPb) -> None:
    """Raise INVALID_ARGUMENT where a field could not be stored."""
    for name in fields:
        if _RESERVED.fullmatch(name):
            raise invalid_argument(f"field name {name} is reserved")
        _check_field_name(name)
        check_value(name, fields[name])
        if value_size(fields[name]) > MAX_FIELD_BYTES + 1:
            raise invalid_argument(
                f'The value of property "{name}" is longer than {MAX_FIELD_BYTES} bytes.'
            )


def check_value(field: str, value: ValuePb, depth: int = 0) -> None:
    """Raise INVALID_ARGUMENT where the value, inside ``field``, could not be stored."""
    kind = kind_of(value)
    if kind not in _FIXED_SIZES and kind not in ("string_value", "bytes_value"):
        _CONTAINER_CHECKS.get(kind, _refuse)(field, value, depth)
    elif kind == "timestamp_value" and value.timestamp_value.seconds not in TIMESTAMP_SECONDS:
        raise invalid_argument(f"Property {field} contains an invalid timestamp.")
    elif kind == "geo_point_value":
        _check_range("latitude", value.geo_point_value.latitude, MAX_LATITUDE)
        _check_range("longitude", value.geo_point_value.longitude, MAX_LONGITUDE)


def check_size(document: DocumentPb) -> None:
    """Raise INVALID_ARGUMENT where the document is larger than 1 MiB."""
    size = document_size(document)
    if size > MAX_DOCUMENT_BYTES:
        raise invalid_argument(
            f"Document '{document.name}' cannot be written because its size ({size:,} bytes) "
            f"exceeds the maximum allowed size of {MAX_DOCUMENT_BYTES:,} bytes."
        )


def document_size(document: DocumentPb) -> int:
    """Return the bytes that count against the limit."""
    return _name_size(document.name) + _fields_size(document.fields) + 32


def value_size(value: ValuePb) -> int:
    """Return the bytes that the value takes."""
    kind = kind_of(value)
    match kind:
        case "string_value":
            return len(value.string_value.encode()) + 1
        case "bytes_value":
            return len(value.bytes_value)
        case "reference_value":
            return _name_size(value.reference_value)
        case "array_value":
            return sum(value_size(item) for item in value.array_value.values)
        case "map_value":
            return _fields_size(value.map_value.fields)
        case _:
            return _FIXED_SIZES[kind or "null_value"]


def _fields_size(fields: FieldsPb) -> int:
    return sum(len(name.encode()) + 1 + value_size(fields[name]) for name in fields)


def _name_size(name: str) -> int:
    """Each collection and document id and one byte, and 16 for the whole."""
    path = name.partition("/documents/")[2].split("/")
    return sum(len(segment.encode()) + 1 for segment in path) + 16


def _check_field_name(name: str) -> None:
    if not name:
        raise invalid_argument("The property.name is the empty string.")
    if len(name.encode()) > MAX_FIELD_NAME_BYTES:
        raise invalid_argument("The property.name is longer than 1500 bytes.")


def _check_map(field: str, value: ValuePb, depth: int) -> None:
    if depth >= MAX_NESTING:
        raise invalid_argument(f"Property {field} contains an invalid nested entity.")
    for name, nested in value.map_value.fields.items():
        if not name:
            raise invalid_argument(f"Property {field} contains an invalid nested entity.")
        if _RESERVED.fullmatch(name) and not is_vector(value):
            raise invalid_argument(f"field name '{name}' is reserved.")
        _check_field_name(name)
        check_value(field, nested, depth + 1)


def _check_array(field: str, value: ValuePb, depth: int) -> None:
    if depth >= MAX_NESTING:
        raise invalid_argument(f"Property {field} contains an invalid nested entity.")
    for item in value.array_value.values:
        if kind_of(item) == "array_value":
            raise invalid_argument("Cannot convert an array value in an array value.")
        check_value(field, item, depth + 1)


def _check_reference(_field: str, value: ValuePb, _depth: int) -> None:
    check_document(value.reference_value, "Resource name")


def _refuse(_field: str, value: ValuePb, _depth: int) -> None:
    kind = (kind_of(value) or "unset").removesuffix("_value")
    raise invalid_argument(f"Cannot convert firestore.v1.Value with type {kind}.")


def _check_range(what: str, degrees: float, limit: float) -> None:
    if not -limit <= degrees <= limit:
        raise invalid_argument(
            f"Geo point {what} '{degrees}' outside permitted range -{limit} to {limit}."
        )


_CONTAINER_CHECKS: dict[str | None, Callable[[str, ValuePb, int], None]] = {
    "map_value": _check_map,
    "array_value": _check_array,
    "reference_value": _check_reference,
}
