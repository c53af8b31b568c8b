"""Originals and variants through Google's own client."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from google.cloud.storage import Bucket, Client

from picture.refusals import Refusal
from safelight.errors import OriginalGoneError, VariantTakenError
from safelight.google import make
from safelight.task import RenderTask
from tests.local_cloud import LocalCloud
from thumbnailer.files import Encoded
from thumbnailer.originals import Originals
from thumbnailer.variants import Published, Variants, checksum

NAME = "a/ü +1 %#.jpg"


@pytest.fixture
def client(local_cloud: LocalCloud) -> Iterator[Client]:
    assert local_cloud.url
    client = make(Client)
    yield client
    client.close()


@pytest.fixture
def bucket(client: Client) -> Bucket:
    bucket: Bucket = client.create_bucket(f"b-{uuid4()}")
    return bucket


def upload(bucket: Bucket, data: bytes, **properties: str) -> int:
    blob = bucket.blob(NAME)
    for name, value in properties.items():
        setattr(blob, name, value)
    blob.upload_from_string(data)
    return int(blob.generation)


def test_exactly_the_generation_that_was_asked_for_is_fetched(
    client: Client, bucket: Bucket
) -> None:
    bucket.versioning_enabled = True
    bucket.patch()
    old = upload(bucket, b"old")
    new = upload(bucket, b"new" * 1_000_000)
    originals = Originals(client, 10_000_000)

    with (
        originals.fetch(bucket.name, NAME, old) as first,
        originals.fetch(bucket.name, NAME, new) as second,
    ):
        first.seek(0)
        second.seek(0)
        assert first.read() == b"old"
        assert second.read() == b"new" * 1_000_000


def test_an_overwritten_original_is_gone(client: Client, bucket: Bucket) -> None:
    old = upload(bucket, b"old")
    upload(bucket, b"new")

    with pytest.raises(OriginalGoneError):
        Originals(client, 1000).fetch(bucket.name, NAME, old)


def test_a_file_above_the_budget_is_not_fetched_to_its_end(client: Client, bucket: Bucket) -> None:
    generation = upload(bucket, b"x" * 5_000_000)

    with pytest.raises(Refusal) as refused:
        Originals(client, 1_000_000).fetch(bucket.name, NAME, generation)

    assert refused.value.code == "too_large"


TASK = RenderTask(image_id="i1", bucket="uploads", name=NAME, generation=7)
ICON = Encoded("icon", "jpg", 8, 4, b"pixels")


def store(
    client: Client, bucket: Bucket, variant: Encoded = ICON, edition: str = "r1"
) -> Published:
    return Variants(client, bucket.name).store(
        TASK, variant, edition=edition, cache_control="public, max-age=60"
    )


def test_a_variant_is_stored_with_all_that_its_readers_need(client: Client, bucket: Bucket) -> None:
    published = store(client, bucket)

    blob = bucket.get_blob("i1/7/r1/icon.jpg")
    assert blob is not None
    assert blob.download_as_bytes() == b"pixels"
    assert blob.content_type == "image/jpeg"
    assert blob.cache_control == "public, max-age=60"
    assert blob.metadata == {
        "image-id": "i1",
        "source-bucket": "uploads",
        "source-name": NAME,
        "source-generation": "7",
        "recipe": "icon",
        "recipes": "r1",
        "width": "8",
        "height": "4",
    }
    assert published.to_document() == {
        "uri": f"gs://{bucket.name}/i1/7/r1/icon.jpg",
        "width": 8,
        "height": 4,
        "bytes": 6,
        "contentType": "image/jpeg",
        "crc32c": checksum(b"pixels"),
        "generation": blob.generation,
    }


def test_a_variant_that_is_there_already_counts_as_written(client: Client, bucket: Bucket) -> None:
    first = store(client, bucket)

    assert store(client, bucket) == first


def test_the_same_recipe_of_another_encoder_changes_nothing(client: Client, bucket: Bucket) -> None:
    first = store(client, bucket)

    second = store(client, bucket, Encoded("icon", "jpg", 8, 4, b"other pixels"))

    assert second == first
    assert bucket.blob("i1/7/r1/icon.jpg").download_as_bytes() == b"pixels"


def test_something_else_under_the_name_of_a_variant_is_no_variant(
    client: Client, bucket: Bucket
) -> None:
    bucket.blob("i1/7/r1/icon.jpg").upload_from_string(b"not ours")

    with pytest.raises(VariantTakenError):
        store(client, bucket)

    assert bucket.blob("i1/7/r1/icon.jpg").download_as_bytes() == b"not ours"


def test_other_recipes_make_objects_of_their_own(client: Client, bucket: Bucket) -> None:
    first = store(client, bucket)

    second = store(client, bucket, Encoded("icon", "jpg", 9, 4, b"other pixels"), edition="r2")

    assert second.uri != first.uri
    assert bucket.blob("i1/7/r1/icon.jpg").download_as_bytes() == b"pixels"
    assert bucket.blob("i1/7/r2/icon.jpg").download_as_bytes() == b"other pixels"


def test_superseded_is_what_older_uploads_and_other_recipes_left(
    client: Client, bucket: Bucket
) -> None:
    ours = ["i1/7/r1/icon.jpg", "i1/8/r1/icon.jpg", "i1/70/r0/icon.jpg", "i10/6/r1/icon.jpg"]
    old = ["i1/6/r1/icon.jpg", "i1/7/icon.jpg", "i1/7/r0/icon.jpg", "i1/7/r10/icon.jpg"]
    for name in [*ours, *old]:
        bucket.blob(name).upload_from_string(b"x")
    variants = Variants(client, bucket.name)

    found = variants.superseded(TASK, "r1")
    variants.remove([*found, *found])

    assert sorted(blob.name for blob in found) == old
    assert sorted(blob.name for blob in bucket.list_blobs()) == sorted(ours)


def test_what_was_made_again_since_it_was_listed_is_not_removed(
    client: Client, bucket: Bucket
) -> None:
    variants = Variants(client, bucket.name)
    store(client, bucket, edition="r0")
    found = variants.superseded(TASK, "r1")
    bucket.blob("i1/7/r0/icon.jpg").delete()
    store(client, bucket, edition="r0")

    variants.remove(found)

    assert bucket.blob("i1/7/r0/icon.jpg").exists()
