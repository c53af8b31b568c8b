import asyncio
from typing import Any

import pytest

from localcloud.errors import RpcError
from localcloud.firestore.documents import Index, Scope
from localcloud.firestore.messages import StructuredQuery
from localcloud.firestore.queries import CHUNK, parse_query, run_query, run_query_gently
from tests.unit.localcloud.firestore.builders import ROOT, entry, value


def index_of(*entries: Any) -> Index:
    index = Index()
    for item in entries:
        index.put(item)
    return index


def query(collection_id: str = "c", **parts: Any) -> Any:
    message = StructuredQuery(from_=[{"collection_id": collection_id}], **parts)
    return parse_query(ROOT, message)


def ascending(*fields: str) -> list[dict[str, Any]]:
    return [{"field": {"field_path": field}, "direction": "ASCENDING"} for field in fields]


@pytest.mark.parametrize(
    ("scope", "collection", "expected"),
    [
        (Scope("r", "c", all_descendants=False), "r/c", True),
        (Scope("r", "c", all_descendants=False), "r/a/b/c", False),
        (Scope("r", "c", all_descendants=True), "r/a/b/c", True),
        (Scope("r", "c", all_descendants=True), "r/a/b/cc", False),
        (Scope("r", "c", all_descendants=True), "rr/c", False),
        (Scope("r/a/b", "", all_descendants=True), "r/a/b/x/y/z", True),
        (Scope("r/a/b", "", all_descendants=True), "r/a/bb/x", False),
        (Scope("r/a/b", "", all_descendants=False), "r/a/b/x", True),
    ],
)
def test_scope(scope: Scope, collection: str, expected: bool) -> None:  # noqa: FBT001 -- a row
    assert scope.covers(collection) is expected


def test_gentle_run_lets_others_go_on_and_sees_one_state() -> None:
    index = index_of(*(entry(f"c/{number:05}", n=1) for number in range(3 * CHUNK)))

    async def scenario() -> int:
        running = asyncio.create_task(run_query_gently(query(), index))
        await asyncio.sleep(0)
        index.remove(f"{ROOT}/c/00000")
        index.put(entry("c/new"))
        return len((await running).entries)

    assert asyncio.run(scenario()) == 3 * CHUNK


def test_limit_and_offset_tell_what_was_skipped() -> None:
    index = index_of(*(entry(f"c/{number}") for number in range(4)))

    results = run_query(query(offset=3, limit={"value": 5}), index)

    assert ([e.name for e in results.entries], results.skipped) == ([f"{ROOT}/c/3"], 3)


def test_mixed_directions_sort_by_the_first_field_first() -> None:
    index = index_of(entry("c/a", x=1, y=1), entry("c/b", x=1, y=2), entry("c/d", x=0, y=0))
    orders = ascending("x", "y")
    orders[1]["direction"] = "DESCENDING"

    results = run_query(query(order_by=orders), index)

    assert [e.name[-1] for e in results.entries] == ["d", "b", "a"]


def test_cursor_on_the_name_cuts_between_equal_values() -> None:
    index = index_of(*(entry(f"c/{name}", x=1) for name in "abd"))
    position = [value(1), value("")]
    position[1].reference_value = f"{ROOT}/c/b"
    start = {"values": position, "before": False}

    results = run_query(query(order_by=ascending("x", "__name__"), start_at=start), index)

    assert [e.name[-1] for e in results.entries] == ["d"]


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"where": {}}, "Unknown Filter type"),
        ({"where": {"field_filter": {"field": {"field_path": "a"}}}}, "Unknown FieldFilter"),
        ({"where": {"unary_filter": {"field": {"field_path": "a"}}}}, "Unknown UnaryFilter"),
        ({"where": {"composite_filter": {}}}, "Unsupported CompositeFilter"),
        ({"start_at": {"values": [value(1)]}}, "Cursor has too many values"),
        ({"order_by": ascending("a..b")}, "Invalid property path"),
        ({"collection_id": "a/b"}, 'contains "/"'),
        ({"collection_id": "", "order_by": ascending("a")}, "kind is required"),
    ],
)
def test_query_that_is_refused(parts: dict[str, Any], message: str) -> None:
    with pytest.raises(RpcError, match=message):
        query(**parts)
