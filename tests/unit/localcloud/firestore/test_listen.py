import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud.firestore_v1.types import firestore

from localcloud.clock import Clock
from localcloud.firestore.listen import Listener, listen
from localcloud.firestore.store import Change, Store
from tests.unit.localcloud.firestore.builders import ROOT, document

ListenRequest = firestore.ListenRequest.pb()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "firestore.db", Clock())
    yield made
    made.close()


def watch(**query: Any) -> Any:
    structured = {"from_": [{"collection_id": "c"}], **query}
    return ListenRequest(
        add_target={"query": {"parent": ROOT, "structured_query": structured}, "target_id": 7}
    )


def spoken(responses: list[Any]) -> list[str]:
    return [
        str(r.target_change.TargetChangeType.Name(r.target_change.target_change_type))
        if r.HasField("target_change")
        else str(r.WhichOneof("response_type"))
        for r in responses
    ]


def test_target_that_makes_no_sense_is_removed_with_the_cause(store: Store) -> None:
    responses = Listener(store).answer(watch(offset=-1))

    assert spoken(responses) == ["ADD", "REMOVE"]
    assert responses[1].target_change.cause.message == "offset is negative"


def test_target_for_once_is_removed_after_its_snapshot(store: Store) -> None:
    request = watch()
    request.add_target.once = True

    responses = Listener(store).answer(request)

    assert spoken(responses) == ["ADD", "CURRENT", "NO_CHANGE", "REMOVE"]


def test_target_without_an_id_gets_one(store: Store) -> None:
    listener, request = Listener(store), watch()
    request.add_target.target_id = 0

    ids = [listener.answer(request)[0].target_change.target_ids[0] for _ in range(2)]

    assert ids == [1, 2]


def test_commit_that_was_seen_already_is_not_told_again(store: Store) -> None:
    """A target added between a commit and the telling of it begins with its documents."""
    listener = Listener(store)
    store.commit({f"{ROOT}/c/a": document("c/a")}, store.tick())
    listener.answer(watch())

    told = listener.tell(Change({f"{ROOT}/c/a": store.index.get(f"{ROOT}/c/a")}, store.tick()))

    assert told == []


def test_stream_ends_with_the_clients_side(store: Store) -> None:
    async def requests() -> AsyncIterator[Any]:
        yield watch()

    async def scenario() -> list[Any]:
        return [response async for response in listen(store, requests())]

    assert spoken(asyncio.run(scenario())) == ["ADD", "CURRENT", "NO_CHANGE"]


def test_document_that_leaves_the_results_is_told_apart_from_one_deleted(store: Store) -> None:
    names = [f"{ROOT}/c/left", f"{ROOT}/c/gone"]
    store.commit({n: document(n.removeprefix(f"{ROOT}/"), n=1) for n in names}, store.tick())
    listener = Listener(store)
    field = {"field": {"field_path": "n"}, "op": "EQUAL", "value": {"integer_value": 1}}
    listener.answer(watch(where={"field_filter": field}))
    store.commit({names[0]: document("c/left", n=2), names[1]: None}, store.tick())

    told = listener.tell(Change({name: store.index.get(name) for name in names}, store.tick()))

    removed = {r.document_remove.document for r in told} - {""}
    deleted = {r.document_delete.document for r in told} - {""}
    assert (removed, deleted) == ({names[0]}, {names[1]})
