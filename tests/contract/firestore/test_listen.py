import queue
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from google.cloud import firestore
from google.cloud.firestore import FieldFilter

HEARD_S = 10.0
Heard = tuple[list[str], list[tuple[str, str]]]


class Ear:
    """What a listener was told: the ids of all results, and each change."""

    def __init__(self) -> None:
        self._heard: queue.Queue[Heard] = queue.Queue()

    def __call__(self, snapshots: Any, changes: Any, _read_time: Any) -> None:
        told = [(change.type.name, change.document.id) for change in changes]
        self._heard.put(([snapshot.id for snapshot in snapshots], told))

    def next(self) -> Heard:
        return self._heard.get(timeout=HEARD_S)


@contextmanager
def listening(target: Any) -> Iterator[Ear]:
    ear = Ear()
    watch = target.on_snapshot(ear)
    try:
        yield ear
    finally:
        watch.unsubscribe()


def test_query_listener_hears_what_comes_changes_and_goes(client: firestore.Client) -> None:
    collection = client.collection("jobs")
    collection.document("x").set({"v": 1, "on": True})
    collection.document("off").set({"on": False})

    with listening(collection.where(filter=FieldFilter("on", "==", value=True))) as ear:
        heard = [ear.next()]
        for step in (
            lambda: collection.document("y").set({"v": 2, "on": True}),
            lambda: collection.document("x").update({"v": 3}),
            lambda: collection.document("x").update({"on": False}),
            lambda: collection.document("y").delete(),
        ):
            step()
            heard.append(ear.next())

    assert heard == [
        (["x"], [("ADDED", "x")]),
        (["x", "y"], [("ADDED", "y")]),
        (["x", "y"], [("MODIFIED", "x")]),
        (["y"], [("REMOVED", "x")]),
        ([], [("REMOVED", "y")]),
    ]


def test_document_listener_hears_of_a_missing_document(client: firestore.Client) -> None:
    document = client.document("jobs/a")

    with listening(document) as ear:
        heard = [ear.next()]
        document.set({"v": 1})
        heard.append(ear.next())
        document.delete()
        heard.append(ear.next())

    assert heard == [([], []), (["a"], [("ADDED", "a")]), ([], [("REMOVED", "a")])]


def test_one_commit_is_one_snapshot(client: firestore.Client) -> None:
    collection = client.collection("jobs")
    with listening(collection.order_by("n")) as ear:
        first = ear.next()
        batch = client.batch()
        for n in range(3):
            batch.set(collection.document(f"{n}"), {"n": n})
        batch.commit()

        second = ear.next()

    assert first == ([], [])
    assert second == (["0", "1", "2"], [("ADDED", "0"), ("ADDED", "1"), ("ADDED", "2")])


def test_results_with_a_limit_change_places(client: firestore.Client) -> None:
    collection = client.collection("jobs")
    collection.document("a").set({"n": 1})

    with listening(collection.order_by("n").limit(1)) as ear:
        first = ear.next()
        collection.document("b").set({"n": 0})
        second = ear.next()
        collection.document("b").delete()
        third = ear.next()

    assert [first[0], second[0], third[0]] == [["a"], ["b"], ["a"]]


def test_collection_group_listener_hears_of_sub_collections(client: firestore.Client) -> None:
    with listening(client.collection_group("timeline")) as ear:
        ear.next()
        client.document("images/a/timeline/1").set({"at": 1})

        heard = ear.next()

    assert heard == (["1"], [("ADDED", "1")])


def test_other_collections_are_not_heard(client: firestore.Client) -> None:
    with listening(client.collection("jobs")) as ear:
        ear.next()
        client.document("others/a").set({})
        client.document("jobs/a").set({})

        heard = ear.next()

    assert heard == (["a"], [("ADDED", "a")])


@pytest.fixture
def listen(client: firestore.Client) -> Any:
    """Speak the stream by hand: give the requests, get the responses until the n-th snapshot."""

    def run(requests: list[Any], snapshots: int) -> list[Any]:
        outgoing: queue.Queue[Any] = queue.Queue()
        for request in requests:
            outgoing.put({"database": client._database_string, **request})
        prefix = ("google-cloud-resource-prefix", client._database_string)
        call = client._firestore_api.listen(iter(outgoing.get, None), metadata=[prefix])
        heard = []
        for response in call:
            heard.append(response)
            change = response.target_change
            is_snapshot = "target_change" in response and not change.target_ids
            snapshots -= is_snapshot and change.target_change_type.name == "NO_CHANGE"
            if snapshots <= 0:
                break
        outgoing.put(None)
        call.cancel()
        return heard

    return run


def spoken(responses: list[Any]) -> list[str]:
    """The target changes by name, everything else by its field."""
    return [
        r.target_change.target_change_type.name
        if "target_change" in r
        else r._pb.WhichOneof("response_type")
        for r in responses
    ]


def documents_target(client: firestore.Client, *paths: str, **more: Any) -> dict[str, Any]:
    names = [client.document(path)._document_path for path in paths]
    return {"add_target": {"documents": {"documents": names}, "target_id": 1, **more}}


def test_stream_begins_with_add_documents_current_snapshot(
    client: firestore.Client, listen: Any
) -> None:
    client.document("jobs/a").set({})

    heard = listen([documents_target(client, "jobs/a", "jobs/none")], snapshots=1)

    assert spoken(heard) == ["ADD", "document_change", "document_delete", "CURRENT", "NO_CHANGE"]
    assert heard[-1].target_change.resume_token
    assert heard[-2].target_change.target_ids == [1]


def test_resumed_query_is_reset_and_sent_whole(client: firestore.Client, listen: Any) -> None:
    client.document("jobs/a").set({})
    parent = client._database_string + "/documents"
    query = {"parent": parent, "structured_query": {"from_": [{"collection_id": "jobs"}]}}
    target = {"add_target": {"query": query, "target_id": 2}}
    token = listen([target], snapshots=1)[-1].target_change.resume_token
    target["add_target"]["resume_token"] = token

    heard = listen([target], snapshots=1)

    assert spoken(heard) == ["ADD", "RESET", "document_change", "CURRENT", "NO_CHANGE"]


def test_removed_target_is_acknowledged_and_silent(client: firestore.Client, listen: Any) -> None:
    client.document("jobs/a").set({})
    requests = [
        documents_target(client, "jobs/a"),
        {"remove_target": 1},
        documents_target(client, "jobs/a", target_id=2),
    ]

    heard = listen(requests, snapshots=2)

    assert spoken(heard)[4:6] == ["REMOVE", "ADD"]
