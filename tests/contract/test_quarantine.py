"""Hiding originals, reading and amending records: through Google's own clients."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from google.api_core.exceptions import NotFound
from google.cloud import firestore
from google.cloud.storage import Bucket, Client

from safelight.google import make
from safelight.quarantine import Quarantine
from safelight.record import Entry, State
from safelight.records import Records, StaleError
from tests.local_cloud import LocalCloud

NAME = "ann/ü +1 %#.jpg"


class World:
    """Buckets of its own, and one quarantined picture whose record is as the gate left it."""

    def __init__(self) -> None:
        self.client = make(Client)
        self.database = make(firestore.Client)
        self.records = Records(self.database)
        key = uuid4().hex[:8]
        self.uploads, self.variants, self.hidden = (
            self.client.create_bucket(f"{key}-{name}") for name in ("u", "v", "q")
        )
        self.quarantine = Quarantine(self.client, self.hidden.name)
        self.image_id = f"i{uuid4().hex}"
        blob = self.uploads.blob(NAME)
        blob.upload_from_string(b"original", content_type="image/png")
        self.generation = int(blob.generation)
        self.document = self.database.collection("images").document(self.image_id)
        self.document.set(
            {
                "imageId": self.image_id,
                "state": "quarantined",
                "createdAt": firestore.SERVER_TIMESTAMP,
                "variants": {},
                "original": {
                    "bucket": self.uploads.name,
                    "name": NAME,
                    "generation": self.generation,
                    "contentType": "image/png",
                },
            }
        )

    @property
    def record(self) -> dict:
        return self.document.get().to_dict()

    def hide(self, record: dict | None = None) -> bool:
        return self.quarantine.hide(self.records, self.image_id, record or self.record)

    def publish(self) -> None:
        blob = self.variants.blob(f"{self.image_id}/{self.generation}/r1/icon.jpg")
        blob.upload_from_string(b"icon")
        uri = f"gs://{self.variants.name}/{blob.name}"
        told = {"uri": uri, "generation": int(blob.generation)}
        self.document.update({"variants": {"icon": told}, "thumbnailCreated": True})

    def events(self) -> list[str]:
        return [entry.to_dict()["event"] for entry in self.document.collection("timeline").get()]


@pytest.fixture
def world(local_cloud: LocalCloud) -> Iterator[World]:
    assert local_cloud.url
    made = World()
    yield made
    made.client.close()


def names(bucket: Bucket) -> list[str]:
    return [blob.name for blob in bucket.list_blobs()]


def test_an_original_moves_and_its_record_tells_where_to(world: World) -> None:
    assert world.hide()

    place = world.record["original"]["quarantine"]
    assert place["bucket"] == world.hidden.name
    assert place["name"] == f"{world.image_id}/{world.generation}"
    copy = world.hidden.get_blob(place["name"], generation=place["generation"])
    assert copy.download_as_bytes() == b"original"
    assert copy.content_type == "image/png"
    assert copy.metadata["source-name"] == NAME
    assert copy.metadata["source-generation"] == str(world.generation)
    assert names(world.uploads) == []
    assert world.events() == ["original_hidden"]


def test_its_variants_are_deleted(world: World) -> None:
    world.publish()

    world.hide()

    assert names(world.variants) == []
    assert (world.record["variants"], world.record["thumbnailCreated"]) == ({}, False)


def test_what_was_rendered_of_it_and_never_published_is_deleted_too(world: World) -> None:
    world.publish()
    for name in ("r2/icon.jpg", "icon.jpg"):
        world.variants.blob(f"{world.image_id}/{world.generation}/{name}").upload_from_string(b"x")
    newer = f"{world.image_id}/{world.generation}1/r1/icon.jpg"
    world.variants.blob(newer).upload_from_string(b"of a newer upload")

    world.hide()

    assert names(world.variants) == [newer]


def test_hiding_again_changes_nothing(world: World) -> None:
    world.hide()
    before = world.record

    assert world.hide() is False
    assert world.record == before
    assert world.events() == ["original_hidden"]


def test_whoever_was_killed_after_the_copy_begins_again(world: World) -> None:
    world.quarantine._copied(world.image_id, world.record["original"])
    [copy] = list(world.hidden.list_blobs())

    assert world.hide()

    assert world.record["original"]["quarantine"]["generation"] == int(copy.generation)
    assert names(world.hidden) == [copy.name]
    assert names(world.uploads) == []


def test_whoever_was_killed_before_the_deletion_begins_again(world: World) -> None:
    place = {"bucket": world.hidden.name, "name": "x", "generation": 1}
    world.document.update({"original.quarantine": place})

    assert world.hide()

    assert names(world.uploads) == []
    assert world.events() == []


def test_a_newer_upload_of_the_same_name_is_not_touched(world: World) -> None:
    record = world.record
    newer = world.uploads.blob(NAME)
    newer.upload_from_string(b"newer")

    assert world.hide(record) is False

    assert newer.download_as_bytes() == b"newer"
    assert names(world.hidden) == []
    assert "quarantine" not in world.record["original"]


@pytest.mark.parametrize("change", [{"state": "rendering"}, {"original.generation": 1}])
def test_nothing_is_deleted_of_a_picture_that_was_approved_or_replaced_meanwhile(
    world: World, change: dict
) -> None:
    record = world.record
    world.document.update(change)

    with pytest.raises(StaleError):
        world.hide(record)

    assert names(world.uploads) == [NAME]


def test_a_bucket_that_is_not_there_is_no_reason_to_go_on(world: World) -> None:
    world.quarantine = Quarantine(world.client, "no-such-bucket")

    with pytest.raises(NotFound):
        world.hide()

    assert names(world.uploads) == [NAME]


def test_an_amendment_keeps_the_state_and_is_fenced(world: World) -> None:
    entry = Entry("review", "picture_appealed")
    fields = {"appeal": {"text": "x", "open": True}}

    world.records.amend(
        world.image_id, world.generation, state=State.QUARANTINED, fields=fields, entry=entry
    )
    with pytest.raises(StaleError):
        world.records.amend(
            world.image_id, world.generation, state=State.REJECTED, fields=fields, entry=entry
        )

    assert (world.record["state"], world.record["appeal"]["text"]) == ("quarantined", "x")
    assert world.events() == ["picture_appealed"]


def test_what_waits_for_review_is_found(world: World) -> None:
    other = f"i{uuid4().hex}"
    appeal = {"imageId": other, "state": "rejected", "appeal": {"open": True}}
    world.database.collection("images").document(other).set({**world.record, **appeal})

    found = world.records.to_review(100)

    ids = [record["imageId"] for record in found]
    assert {other, world.image_id} <= set(ids)
    assert ids.index(other) < ids.index(world.image_id)
