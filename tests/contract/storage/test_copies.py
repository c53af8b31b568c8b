from pathlib import Path

import pytest
from google.api_core.exceptions import BadRequest, NotFound, PreconditionFailed
from google.cloud import storage


@pytest.fixture
def source(bucket: storage.Bucket) -> storage.Blob:
    blob: storage.Blob = bucket.blob("a/ü +1 %#.jpg")
    blob.metadata = {"owner": "u1"}
    blob.upload_from_string(b"bytes", content_type="image/jpeg")
    return blob


@pytest.fixture
def target(client: storage.Client) -> storage.Bucket:
    variants: storage.Bucket = client.create_bucket("variants")
    return variants


def test_a_copy_has_the_bytes_and_the_properties(
    bucket: storage.Bucket, source: storage.Blob, target: storage.Bucket
) -> None:
    copy = bucket.copy_blob(source, target, "x/copy %2F.jpg")

    assert copy.download_as_bytes() == b"bytes"
    assert (copy.content_type, copy.metadata) == ("image/jpeg", {"owner": "u1"})
    assert (copy.crc32c, copy.md5_hash) == (source.crc32c, source.md5_hash)
    assert copy.generation != source.generation


def test_a_copy_lives_on_when_its_source_is_deleted(
    bucket: storage.Bucket, source: storage.Blob, target: storage.Bucket
) -> None:
    copy = bucket.copy_blob(source, target)

    source.delete()

    assert copy.download_as_bytes() == b"bytes"


def test_the_file_goes_with_the_last_object_that_has_it(
    bucket: storage.Bucket, source: storage.Blob, target: storage.Bucket, tmp_path: Path
) -> None:
    copy = bucket.copy_blob(source, target)

    source.delete()
    copy.delete()

    assert list((tmp_path / "storage" / "blobs" / "kept").iterdir()) == []


def test_conditions_on_source_and_target_hold(
    bucket: storage.Bucket, source: storage.Blob, target: storage.Bucket
) -> None:
    bucket.copy_blob(source, target, "copy", if_generation_match=0)

    with pytest.raises(PreconditionFailed):
        bucket.copy_blob(source, target, "copy", if_generation_match=0)
    with pytest.raises(PreconditionFailed):
        bucket.copy_blob(source, target, "copy", if_source_generation_match=1)
    with pytest.raises(NotFound):
        bucket.copy_blob(source, target, "copy", source_generation=1)


def test_an_object_can_be_copied_onto_itself(bucket: storage.Bucket, source: storage.Blob) -> None:
    bucket.copy_blob(source, bucket, source.name)

    assert bucket.blob(source.name).download_as_bytes() == b"bytes"


def test_a_rewrite_may_give_other_properties(source: storage.Blob, target: storage.Bucket) -> None:
    rewritten = target.blob("rewritten")
    rewritten.content_type = "image/webp"

    token, done, total = rewritten.rewrite(source)

    assert (token, done, total) == (None, 5, 5)
    assert (rewritten.content_type, rewritten.metadata) == ("image/webp", None)


def test_a_rewrite_changes_the_storage_class(source: storage.Blob) -> None:
    source.update_storage_class("NEARLINE")

    source.reload()
    assert (source.storage_class, source.metadata) == ("NEARLINE", {"owner": "u1"})


def test_a_rename_is_a_copy_and_a_delete(bucket: storage.Bucket, source: storage.Blob) -> None:
    renamed = bucket.rename_blob(source, "new name")

    assert renamed.download_as_bytes() == b"bytes"
    assert [blob.name for blob in bucket.list_blobs()] == ["new name"]


def test_a_composed_object_has_the_bytes_of_its_sources(bucket: storage.Bucket) -> None:
    for name in ("1", "2", "3"):
        bucket.blob(name).upload_from_string(name * 3, content_type="text/plain")
    composed = bucket.blob("composed")

    composed.compose([bucket.blob("1"), bucket.blob("2")])
    composed.compose([composed, bucket.blob("3")], if_generation_match=composed.generation)

    stored = bucket.get_blob("composed")
    assert stored is not None
    assert stored.download_as_bytes() == b"111222333"
    assert (stored.component_count, stored.md5_hash) == (3, None)


def test_a_composition_of_what_is_not_there_is_refused(
    bucket: storage.Bucket, source: storage.Blob
) -> None:
    with pytest.raises(NotFound):
        bucket.blob("composed").compose([source, bucket.blob("nothing")])
    with pytest.raises(BadRequest):
        bucket.blob("composed").compose([source] * 33)
    with pytest.raises(PreconditionFailed):
        bucket.blob("composed").compose([source], if_source_generation_match=[1])
