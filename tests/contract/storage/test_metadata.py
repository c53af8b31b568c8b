import pytest
from google.api_core.exceptions import BadRequest, Forbidden, NotFound, PreconditionFailed
from google.cloud import storage


@pytest.fixture
def blob(bucket: storage.Bucket) -> storage.Blob:
    blob: storage.Blob = bucket.blob("a/ü +1 %#.jpg")
    blob.metadata = {"a": "1", "b": "2"}
    blob.upload_from_string(b"bytes", content_type="image/jpeg")
    return blob


def test_a_patch_changes_what_it_names(bucket: storage.Bucket, blob: storage.Blob) -> None:
    blob.metadata = {"b": None, "c": "3"}
    blob.cache_control = "no-store"
    blob.patch()

    stored = bucket.get_blob(blob.name)
    assert stored is not None
    assert stored.metadata == {"a": "1", "c": "3"}
    assert stored.cache_control == "no-store"
    assert stored.content_type == "image/jpeg"
    assert stored.metageneration == 2
    assert stored.generation == blob.generation
    assert stored.updated > stored.time_created


def test_an_empty_patch_is_one(blob: storage.Blob) -> None:
    blob.patch()

    assert blob.metageneration == 2


def test_an_update_replaces_everything(bucket: storage.Bucket, blob: storage.Blob) -> None:
    blob.content_type = None
    blob.metadata = {"only": "this"}
    blob.update()

    stored = bucket.get_blob(blob.name)
    assert stored is not None
    assert (stored.content_type, stored.metadata) == (None, {"only": "this"})


def test_a_patch_may_depend_on_the_metageneration(blob: storage.Blob) -> None:
    blob.patch(if_metageneration_match=1)

    with pytest.raises(PreconditionFailed):
        blob.patch(if_metageneration_match=1)


def test_what_is_not_there_cannot_be_patched(bucket: storage.Bucket) -> None:
    blob = bucket.blob("nothing")
    blob.metadata = {"a": "b"}

    with pytest.raises(NotFound):
        blob.patch()


def test_too_much_metadata_is_refused(blob: storage.Blob) -> None:
    blob.metadata = {"a": "x" * 9000}

    with pytest.raises(BadRequest):
        blob.patch()


def test_a_reload_shows_only_what_is_asked_for(blob: storage.Blob) -> None:
    assert blob.exists()
    blob.reload(projection="noAcl")

    assert blob.size == 5


def test_an_object_on_hold_cannot_be_deleted_or_replaced(blob: storage.Blob) -> None:
    blob.temporary_hold = True
    blob.patch()

    with pytest.raises(Forbidden, match="Temporary hold"):
        blob.delete()
    with pytest.raises(Forbidden, match="Temporary hold"):
        blob.upload_from_string(b"new")
    blob.temporary_hold = False
    blob.patch()
    blob.delete()
    assert not blob.exists()


def test_a_delete_may_depend_on_the_generation(bucket: storage.Bucket, blob: storage.Blob) -> None:
    with pytest.raises(PreconditionFailed):
        bucket.blob(blob.name).delete(if_generation_match=1)
    bucket.blob(blob.name).delete(if_generation_match=blob.generation)

    assert not blob.exists()
