"""PartitionQuery.  Google's emulator does not have it."""

import pytest
from google.api_core import exceptions
from google.cloud import firestore


def test_partitions_cover_the_group_once(own_client: firestore.Client) -> None:
    for number in range(20):
        own_client.document(f"images/{number % 3}/timeline/{number:02}").set({"n": number})

    partitions = list(own_client.collection_group("timeline").get_partitions(3))

    found = [[snapshot.get("n") for snapshot in p.query().stream()] for p in partitions]
    assert len(partitions) == 4
    assert sorted(n for part in found for n in part) == list(range(20))
    assert max(len(part) for part in found) - min(len(part) for part in found) <= 1


def test_partitions_of_one_collection_are_refused(own_client: firestore.Client) -> None:
    query = {"from_": [{"collection_id": "images"}]}
    request = {
        "parent": f"{own_client._database_string}/documents",
        "structured_query": query,
        "partition_count": 2,
    }

    with pytest.raises(exceptions.InvalidArgument, match="collection group"):
        list(own_client._firestore_api.partition_query(request=request))
