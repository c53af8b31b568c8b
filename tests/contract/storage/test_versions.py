import pytest
from google.api_core.exceptions import NotFound
from google.cloud import storage


@pytest.fixture
def versioned(bucket: storage.Bucket) -> storage.Bucket:
    bucket.versioning_enabled = True
    bucket.patch()
    return bucket


def generations(bucket: storage.Bucket) -> list[tuple[int, bool]]:
    found = bucket.list_blobs(versions=True)
    return [(blob.generation, blob.time_deleted is None) for blob in found]


def upload(bucket: storage.Bucket, data: bytes) -> int:
    blob = bucket.blob("picture")
    blob.upload_from_string(data)
    assert isinstance(blob.generation, int)
    return blob.generation


def test_a_replaced_object_stays_readable_by_its_generation(versioned: storage.Bucket) -> None:
    first, second = upload(versioned, b"1"), upload(versioned, b"2")

    assert generations(versioned) == [(first, False), (second, True)]
    assert versioned.blob("picture", generation=first).download_as_bytes() == b"1"
    assert versioned.blob("picture").download_as_bytes() == b"2"


def test_a_deleted_object_is_archived(versioned: storage.Bucket) -> None:
    only = upload(versioned, b"1")

    versioned.blob("picture").delete()

    assert not versioned.blob("picture").exists()
    assert generations(versioned) == [(only, False)]
    with pytest.raises(NotFound):
        versioned.blob("picture").delete()


def test_a_named_generation_is_deleted_for_good(versioned: storage.Bucket) -> None:
    first, second = upload(versioned, b"1"), upload(versioned, b"2")

    versioned.blob("picture", generation=first).delete()

    assert generations(versioned) == [(second, True)]


def test_an_archived_generation_is_no_live_object(versioned: storage.Bucket) -> None:
    upload(versioned, b"1")
    versioned.blob("picture").delete()

    versioned.blob("picture").upload_from_string(b"2", if_generation_match=0)

    assert versioned.blob("picture").download_as_bytes() == b"2"


def test_an_archived_generation_can_be_brought_back(versioned: storage.Bucket) -> None:
    first = upload(versioned, b"1")
    upload(versioned, b"2")

    source = versioned.blob("picture")
    versioned.copy_blob(source, versioned, "picture", source_generation=first)

    assert versioned.blob("picture").download_as_bytes() == b"1"


def test_without_versioning_only_the_last_generation_is_kept(bucket: storage.Bucket) -> None:
    upload(bucket, b"1")
    last = upload(bucket, b"2")

    assert generations(bucket) == [(last, True)]
