"""Structured queries: parse one, run it over documents, test one document against it.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#structuredquery
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import grpc

from localcloud.errors import RpcError, invalid_argument
from localcloud.firestore.documents import Documents, Entry, Scope
from localcloud.firestore.field_paths import NAME, FieldPath, format_path, parse_path
from localcloud.firestore.filter_rules import (
    check_combination,
    inequality_paths,
    leaves,
    path_of,
)
from localcloud.firestore.filters import Predicate, compile_filter
from localcloud.firestore.messages import QueryPb
from localcloud.firestore.orders import (
    Cursor,
    Order,
    Row,
    parse_cursor,
    parse_orders,
    row_of,
    sort_rows,
)
from localcloud.firestore.paths import check_collection_id, check_parent, parent_collection

# Documents looked at before other calls get their turn.
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Query:
    """A query that has passed all checks."""

    scope: Scope
    predicate: Predicate | None
    orders: tuple[Order, ...]
    start: Cursor | None
    end: Cursor | None
    offset: int
    limit: int | None
    projection: tuple[FieldPath, ...] | None

    def covers(self, name: str) -> bool:
        """Whether the document is one that the query looks at."""
        return self.scope.covers(parent_collection(name))

    def row_of(self, entry: Entry) -> Row | None:
        """Return what the entry sorts by, or None where it is no result."""
        if self.predicate is not None and not self.predicate(entry):
            return None
        row = row_of(entry, self.orders)
        if row is None or not self._within(row):
            return None
        return row

    def _within(self, row: Row) -> bool:
        if self.start is not None and not self.start.precedes(row, self.orders):
            return False
        return self.end is None or not self.end.precedes(row, self.orders)


@dataclass(frozen=True, slots=True)
class Results:
    """The documents found, and how many ``offset`` left out."""

    entries: list[Entry]
    skipped: int


def parse_query(parent: str, message: QueryPb) -> Query:
    """Return the query; raises INVALID_ARGUMENT where Firestore would not run it."""
    scope = _parse_scope(check_parent(parent), message)
    _check_counts(message)
    predicate, inequalities, filtered = None, [], []
    if message.HasField("where"):
        predicate = compile_filter(message.where)
        check_combination(message.where)
        inequalities = inequality_paths(message.where)
        filtered = [path_of(leaf) for leaf in leaves(message.where)]
    orders = parse_orders(message, inequalities, filtered)
    if not scope.collection_id:
        _check_kindless(message, orders)
    return Query(
        scope=scope,
        predicate=predicate,
        orders=orders,
        start=parse_cursor(message.start_at, message, orders)
        if message.HasField("start_at")
        else None,
        end=parse_cursor(message.end_at, message, orders) if message.HasField("end_at") else None,
        offset=message.offset,
        limit=message.limit.value if message.HasField("limit") else None,
        projection=_parse_projection(message),
    )


def run_query(query: Query, documents: Documents) -> Results:
    """Return the results, in order."""
    return _finish(query, _matching(query, documents.scan(query.scope)))


async def run_query_gently(query: Query, documents: Documents) -> Results:
    """Return the same, over one state of the documents, while other calls go on."""
    candidates, rows = documents.scan(query.scope), []
    for first in range(0, len(candidates), CHUNK):
        rows += _matching(query, candidates[first : first + CHUNK])
        await asyncio.sleep(0)
    return _finish(query, rows)


def _matching(query: Query, candidates: Iterable[Entry]) -> list[tuple[Row, Entry]]:
    rows = ((query.row_of(entry), entry) for entry in candidates)
    return [(row, entry) for row, entry in rows if row is not None]


def _finish(query: Query, rows: list[tuple[Row, Entry]]) -> Results:
    sort_rows(rows, query.orders)
    end = None if query.limit is None else query.offset + query.limit
    entries = [entry for _, entry in rows[query.offset : end]]
    return Results(entries, min(query.offset, len(rows)))


def _parse_scope(parent: str, message: QueryPb) -> Scope:
    if message.HasField("find_nearest"):
        raise RpcError(grpc.StatusCode.UNIMPLEMENTED, "localcloud has no vector search")
    if len(message.from_) > 1:
        raise invalid_argument(
            "StructuredQuery.from cannot have more than one collection selector."
        )
    if not message.from_:
        return Scope(parent, "", all_descendants=False)
    selector = message.from_[0]
    check_collection_id(selector.collection_id)
    return Scope(parent, selector.collection_id, selector.all_descendants)


def _check_counts(message: QueryPb) -> None:
    if message.offset < 0:
        raise invalid_argument("offset is negative")
    if message.limit.value < 0:
        raise invalid_argument("limit is negative")


def _check_kindless(message: QueryPb, orders: Sequence[Order]) -> None:
    """Raise INVALID_ARGUMENT where a query over any collection looks at more than names."""
    for leaf in leaves(message.where) if message.HasField("where") else ():
        if path_of(leaf) != NAME:
            raise invalid_argument(f"kind is required for filter: {format_path(path_of(leaf))}")
    if tuple(orders) != (Order(NAME, descending=False),):
        raise invalid_argument("kind is required for all orders except __key__ ascending")


def _parse_projection(message: QueryPb) -> tuple[FieldPath, ...] | None:
    """``select`` without fields means the name only."""
    if not message.HasField("select"):
        return None
    return tuple(parse_path(field.field_path) for field in message.select.fields)
