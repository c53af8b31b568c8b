"""The order of a query's results and the cursors in it.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#structuredquery
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.errors import failed_precondition, invalid_argument
from localcloud.firestore.documents import Entry
from localcloud.firestore.field_paths import NAME, FieldPath, parse_path
from localcloud.firestore.messages import QueryPb, StructuredQuery
from localcloud.firestore.values import Key, kind_of, sort_key

_DESCENDING = StructuredQuery.Direction.Value("DESCENDING")

Row = tuple[Key, ...]


@dataclass(frozen=True, slots=True)
class Order:
    """One field to sort by."""

    path: FieldPath
    descending: bool


@dataclass(frozen=True, slots=True)
class Cursor:
    """A position among the results, just before or after rows that start with these keys."""

    keys: Row
    before: bool

    def precedes(self, row: Row, orders: Sequence[Order]) -> bool:
        """Whether the row comes after the cursor."""
        compared = self._compare(row, orders)
        return compared > 0 or (compared == 0 and self.before)

    def _compare(self, row: Row, orders: Sequence[Order]) -> int:
        for key, other, order in zip(row, self.keys, orders, strict=False):
            if key != other:
                return 1 if (key > other) != order.descending else -1
        return 0


def parse_orders(
    query: QueryPb, inequalities: Iterable[FieldPath], filtered: Iterable[FieldPath]
) -> tuple[Order, ...]:
    """Return the orders, with those that Firestore adds: inequality fields, then the name."""
    stated = [_parse_order(order) for order in query.order_by]
    descending = bool(stated) and stated[-1].descending
    paths = {order.path for order in stated}
    implied = sorted({*inequalities} - paths - {NAME})
    orders = stated + [Order(path, descending) for path in implied]
    _check_orders(orders)
    if not {*filtered} - {NAME}:
        _check_direction(stated)
    return (*orders,) if NAME in paths else (*orders, Order(NAME, descending))


def parse_cursor(cursor: Any, query: QueryPb, orders: Sequence[Order]) -> Cursor:
    """Return the cursor; raises INVALID_ARGUMENT where it does not fit the stated orders."""
    if len(cursor.values) > len(query.order_by):
        raise invalid_argument("Cursor has too many values.")
    for value, order in zip(cursor.values, orders, strict=False):
        if order.path == NAME and kind_of(value) != "reference_value":
            raise invalid_argument("Cursor __key__ value is not a document reference.")
    return Cursor(tuple(sort_key(value) for value in cursor.values), cursor.before)


def row_of(entry: Entry, orders: Sequence[Order]) -> Row | None:
    """Return what the entry sorts by, or None where it lacks a field."""
    row = []
    for order in orders:
        key = entry.key(order.path)
        if key is None:
            return None
        row.append(key)
    return tuple(row)


def sort_rows(rows: list[tuple[Row, Entry]], orders: Sequence[Order]) -> None:
    """Sort in place."""
    if len({order.descending for order in orders}) == 1:
        rows.sort(key=lambda item: item[0], reverse=orders[0].descending)
        return
    for position in reversed(range(len(orders))):
        rows.sort(
            key=lambda item, position=position: item[0][position],  # type: ignore[misc]
            reverse=orders[position].descending,
        )


def _parse_order(order: Any) -> Order:
    return Order(parse_path(order.field.field_path), order.direction == _DESCENDING)


def _check_direction(stated: Sequence[Order]) -> None:
    if stated and stated[0] == Order(NAME, descending=True):
        raise failed_precondition("Firestore does not support descending key scans")


def _check_orders(orders: Sequence[Order]) -> None:
    seen: set[FieldPath] = set()
    for order in orders:
        if NAME in seen:
            raise invalid_argument("order by clause cannot contain more fields after the key")
        if order.path in seen:
            field = ".".join(order.path)
            raise invalid_argument(f"order by clause cannot contain duplicate fields {field}")
        seen.add(order.path)
