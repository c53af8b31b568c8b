"""Near-duplicates are found through Firestore's own client."""

import pytest
from google.cloud import firestore

from safelight.similar import bands, find_similar
from tests.local_cloud import LocalCloud

HASH = "a1b2c3d4e5f60718"
NEAR = "a1b2c3d4e5f6071f"  # three bits
FAR = "a1b25c2b1a09f8e7"  # one band, and many bits


@pytest.fixture
def records(local_cloud: LocalCloud) -> firestore.Client:
    assert local_cloud.url
    client = firestore.Client()
    hashes = {"same": HASH, "near": NEAR, "far": FAR, "other": "5e4d3c2b1a09f8e7"}
    for name, phash in hashes.items():
        metadata = {"phash": phash, "phashBands": bands(phash)}
        client.collection("images").document(f"similar-{name}").set({"metadata": metadata})
    return client


def test_pictures_that_look_alike_are_found_the_nearest_first(records: firestore.Client) -> None:
    found = [(one.image_id, one.distance) for one in find_similar(records, HASH)]

    assert found == [("similar-same", 0), ("similar-near", 3)]
