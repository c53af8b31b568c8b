"""All records in the order of their ids, through Google's own client."""

from itertools import chain

import pytest
from google.cloud import firestore

from safelight_cli.policy.library import count, pages
from tests.local_cloud import LocalCloud


@pytest.fixture
def database(local_cloud: LocalCloud) -> firestore.Client:
    assert local_cloud.url
    client = firestore.Client()
    for document in client.collection("images").list_documents():
        client.recursive_delete(document)
    for number in range(7):
        told = {"state": "ready", "metadata": {"text": "long", "safeSearch": {"adult": "LIKELY"}}}
        client.collection("images").document(f"i{number}").set(told)
    return client


def ids(database: firestore.Client, after: str | None, size: int) -> list[str]:
    return [record["imageId"] for record in chain(*pages(database, after, size))]


@pytest.mark.parametrize("size", [1, 3, 7, 300])
def test_every_record_comes_once_in_order(database: firestore.Client, size: int) -> None:
    assert ids(database, None, size) == [f"i{number}" for number in range(7)]
    assert count(database) == 7


def test_a_replay_goes_on_where_it_was_stopped(database: firestore.Client) -> None:
    assert ids(database, "i4", 2) == ["i5", "i6"]
    assert ids(database, "i6", 2) == []


def test_no_more_is_read_than_is_needed(database: firestore.Client) -> None:
    [[first]] = pages(database, "i5", 2)

    assert first["metadata"] == {"safeSearch": {"adult": "LIKELY"}}
