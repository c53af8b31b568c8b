"""Field transforms: what a write computes from the stored value.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#fieldtransform
"""

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from google.protobuf.struct_pb2 import NULL_VALUE
from google.protobuf.timestamp_pb2 import Timestamp

from localcloud.errors import invalid_argument
from localcloud.firestore.field_paths import FieldPath, format_path, parse_path, put, read
from localcloud.firestore.limits import check_value
from localcloud.firestore.messages import FieldsPb, TransformPb, Value, ValuePb
from localcloud.firestore.values import is_number, kind_of, number, sort_key

MAX_TRANSFORMS = 500
MIN_INTEGER, MAX_INTEGER = -(2**63), 2**63 - 1
_NANOS_IN_MILLI = 1_000_000
_NUMERIC = {"increment", "maximum", "minimum"}
_ARRAYS = {"append_missing_elements", "remove_all_from_array"}


@dataclass(frozen=True, slots=True)
class Transform:
    """A transform that has passed the checks."""

    path: FieldPath
    kind: str
    operand: ValuePb  # a Value, an ArrayValue, or a ServerValue's number

    @classmethod
    def parse(cls, message: TransformPb) -> "Transform":
        """Return the transform; raises INVALID_ARGUMENT where it makes no sense."""
        path, kind = parse_path(message.field_path), message.WhichOneof("transform_type")
        if kind is None:
            raise invalid_argument("Operation type must be specified for field transformation.")
        operand = getattr(message, kind)
        if kind == "set_to_server_value" and not operand:
            raise invalid_argument(
                "ServerValue type must be specified for set_to_server_value transformation."
            )
        if kind in _NUMERIC and not is_number(operand):
            raise invalid_argument("Input must be int64 or double.")
        for item in operand.values if kind in _ARRAYS else ():
            if kind_of(item) == "array_value":
                raise invalid_argument("Cannot convert an array value in an array value.")
            check_value(message.field_path, item)
        return cls(path, kind, operand)


def parse_transforms(messages: Iterable[TransformPb]) -> tuple[Transform, ...]:
    """Return the transforms; raises INVALID_ARGUMENT where one is wrong or two overlap."""
    transforms = tuple(Transform.parse(message) for message in messages)
    if len(transforms) > MAX_TRANSFORMS:
        raise invalid_argument(f"A write may have at most {MAX_TRANSFORMS} field transforms.")
    paths = {transform.path for transform in transforms}
    for path in paths:
        for length in range(1, len(path)):
            if path[:length] in paths:
                raise invalid_argument(
                    f"Cannot transform property {format_path(path[:length])} "
                    "and its nested property at the same time."
                )
    return transforms


def apply_transforms(
    fields: FieldsPb, transforms: Sequence[Transform], at: Timestamp
) -> list[ValuePb]:
    """Change the fields; returns what WriteResult.transform_results says of each."""
    return [_apply(fields, transform, at) for transform in transforms]


def _apply(fields: FieldsPb, transform: Transform, at: Timestamp) -> ValuePb:
    stored = read(fields, transform.path)
    if transform.kind in _ARRAYS:
        put(fields, transform.path, _array(stored, transform))
        return Value(null_value=NULL_VALUE)
    if transform.kind == "set_to_server_value":
        result = _server_time(at)
    else:
        result = _numeric(stored, transform)
    put(fields, transform.path, result)
    return result


def _server_time(at: Timestamp) -> ValuePb:
    """REQUEST_TIME has the precision of a millisecond."""
    milli = at.nanos - at.nanos % _NANOS_IN_MILLI
    return Value(timestamp_value=Timestamp(seconds=at.seconds, nanos=milli))


def _array(stored: ValuePb | None, transform: Transform) -> ValuePb:
    is_array = stored is not None and kind_of(stored) == "array_value"
    items = list(stored.array_value.values) if stored is not None and is_array else []
    if transform.kind == "append_missing_elements":
        items = _with_missing(items, transform.operand.values)
    else:
        removed = {sort_key(item) for item in transform.operand.values}
        items = [item for item in items if sort_key(item) not in removed]
    result = Value()
    result.array_value.SetInParent()
    result.array_value.values.extend(items)
    return result


def _with_missing(items: list[ValuePb], added: Iterable[ValuePb]) -> list[ValuePb]:
    result, keys = list(items), {sort_key(item) for item in items}
    for item in added:
        if sort_key(item) not in keys:
            result.append(item)
            keys.add(sort_key(item))
    return result


def _numeric(stored: ValuePb | None, transform: Transform) -> ValuePb:
    """Return the result; a field that holds no number counts as missing and takes the operand."""
    operand = transform.operand
    if stored is None or not is_number(stored):
        return Value(**{str(kind_of(operand)): number(operand)})
    return _NUMERIC_RULES[transform.kind](stored, operand)


def _increment(stored: ValuePb, operand: ValuePb) -> ValuePb:
    total = number(stored) + number(operand)
    if isinstance(total, float):
        return Value(double_value=total)
    return Value(integer_value=max(MIN_INTEGER, min(MAX_INTEGER, total)))


def _maximum(stored: ValuePb, operand: ValuePb) -> ValuePb:
    return _extreme(stored, operand, wins=number(operand) > number(stored))


def _minimum(stored: ValuePb, operand: ValuePb) -> ValuePb:
    return _extreme(stored, operand, wins=number(operand) < number(stored))


def _extreme(stored: ValuePb, operand: ValuePb, *, wins: bool) -> ValuePb:
    """Equal numbers (3 and 3.0) keep the stored one; NaN beats everything."""
    nan = next((v for v in (stored, operand) if math.isnan(number(v))), None)
    chosen = nan if nan is not None else operand if wins else stored
    return Value(**{str(kind_of(chosen)): number(chosen)})


_NUMERIC_RULES: dict[str, Callable[[ValuePb, ValuePb], ValuePb]] = {
    "increment": _increment,
    "maximum": _maximum,
    "minimum": _minimum,
}
