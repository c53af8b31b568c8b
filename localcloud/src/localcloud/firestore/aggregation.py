"""Aggregation queries: count, sum, avg.

https://cloud.google.com/firestore/docs/query-data/aggregation-queries
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from google.protobuf.struct_pb2 import NULL_VALUE

from localcloud.errors import invalid_argument
from localcloud.firestore.documents import Entry
from localcloud.firestore.field_paths import NAME, FieldPath, format_path, parse_path, read
from localcloud.firestore.messages import AggregationResult, QueryPb, Value, ValuePb
from localcloud.firestore.transforms import MAX_INTEGER, MIN_INTEGER
from localcloud.firestore.values import is_number, number

MAX_AGGREGATIONS = 5


@dataclass(frozen=True, slots=True)
class Aggregation:
    """One number to compute."""

    alias: str
    operator: str
    path: FieldPath | None
    up_to: int | None


def parse_aggregations(messages: Sequence[Any]) -> tuple[Aggregation, ...]:
    """Return the aggregations; raises INVALID_ARGUMENT where they make no sense."""
    if not messages:
        raise invalid_argument("Aggregations can not be empty.")
    if len(messages) > MAX_AGGREGATIONS:
        raise invalid_argument(
            "The maximum number of aggregations allowed in an aggregation query is "
            f"{MAX_AGGREGATIONS}. Received: {len(messages)}"
        )
    given = [message.alias for message in messages if message.alias]
    for alias in given:
        if given.count(alias) > 1:
            raise invalid_argument(f"Aggregation aliases contain duplicate alias: {alias}.")
    unnamed = (f"field_{count}" for count in range(1, len(messages) + 1))
    return tuple(_parse(message, message.alias or next(unnamed)) for message in messages)


def check_index(aggregations: Sequence[Aggregation], query: QueryPb) -> None:
    """Raise INVALID_ARGUMENT where the field would have to be indexed after the name."""
    ordered = [parse_path(order.field.field_path) for order in query.order_by]
    missing = [a.path for a in aggregations if a.path is not None and a.path not in ordered]
    if NAME in ordered and missing:
        fields = ", ".join(sorted({format_path(path) for path in missing}))
        raise invalid_argument(
            f"This query requires an index that has fields [{fields}] after __name__ and "
            "Firestore does not currently support such an index. Please try the query again "
            "with additional ordering on those fields."
        )


def aggregate(aggregations: Sequence[Aggregation], entries: Sequence[Entry]) -> Any:
    """Return the AggregationResult over the documents that have every aggregated field."""
    paths = [aggregation.path for aggregation in aggregations if aggregation.path]
    counted = [entry for entry in entries if all(entry.key(path) is not None for path in paths)]
    result = AggregationResult()
    for aggregation in aggregations:
        result.aggregate_fields[aggregation.alias].CopyFrom(_compute(aggregation, counted))
    return result


def _parse(message: Any, alias: str) -> Aggregation:
    operator = message.WhichOneof("operator")
    if operator is None:
        raise invalid_argument("Operator field in Aggregation is not set.")
    if operator == "count":
        up_to = message.count.up_to.value if message.count.HasField("up_to") else None
        return Aggregation(alias, operator, None, up_to)
    path = parse_path(getattr(message, operator).field.field_path)
    return Aggregation(alias, operator, path, None)


def _compute(aggregation: Aggregation, entries: Sequence[Entry]) -> ValuePb:
    if aggregation.path is None:
        limit = len(entries) if aggregation.up_to is None else aggregation.up_to
        return Value(integer_value=min(len(entries), limit))
    numbers = _numbers(aggregation.path, entries)
    return _sum(numbers) if aggregation.operator == "sum" else _average(numbers)


def _numbers(path: FieldPath, entries: Sequence[Entry]) -> list[int | float]:
    values = (read(entry.document.fields, path) for entry in entries)
    return [number(value) for value in values if value is not None and is_number(value)]


def _sum(numbers: Sequence[int | float]) -> ValuePb:
    """Return an integer, unless a double is among them or it does not fit."""
    if all(isinstance(item, int) for item in numbers):
        total = int(sum(numbers))
        if MIN_INTEGER <= total <= MAX_INTEGER:
            return Value(integer_value=total)
        return Value(double_value=float(total))
    return Value(double_value=_float_sum(numbers))


def _average(numbers: Sequence[int | float]) -> ValuePb:
    if not numbers:
        return Value(null_value=NULL_VALUE)
    return Value(double_value=_float_sum(numbers) / len(numbers))


def _float_sum(numbers: Sequence[int | float]) -> float:
    """``math.fsum`` refuses infinities of both signs, whose sum is NaN."""
    if all(math.isfinite(item) for item in numbers):
        return math.fsum(numbers)
    return float(sum(numbers))
