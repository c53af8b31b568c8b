import json

import pytest
from google.api_core.exceptions import PreconditionFailed
from google.cloud import storage

from tests.contract.storage.server import Server

NAME = "a/ü +1 %#.jpg"


def kinds(server: Server) -> list[tuple[str, int]]:
    return [(e.type.rpartition(".")[2], int(e.payload["generation"])) for e in server.events()]


def test_an_upload_is_finalized_with_the_resource_of_the_object(
    server: Server, bucket: storage.Bucket
) -> None:
    blob = bucket.blob(NAME)
    blob.metadata = {"owner": "u1"}
    blob.upload_from_string(b"bytes", content_type="image/jpeg")

    (event,) = server.events()

    assert event.type == "google.cloud.storage.object.v1.finalized"
    assert event.bucket == "pictures"
    assert (
        event.payload
        | {
            "kind": "storage#object",
            "id": f"pictures/{NAME}/{blob.generation}",
            "name": NAME,
            "bucket": "pictures",
            "generation": str(blob.generation),
            "metageneration": "1",
            "contentType": "image/jpeg",
            "size": "5",
            "md5Hash": blob.md5_hash,
            "crc32c": blob.crc32c,
            "etag": blob.etag,
            "metadata": {"owner": "u1"},
            "storageClass": "STANDARD",
            "timeCreated": event.time,
        }
        == event.payload
    )
    assert json.dumps(event.payload)


def test_every_way_to_make_an_object_finalizes_it(server: Server, bucket: storage.Bucket) -> None:
    blob = bucket.blob("1")
    blob.upload_from_string(b"x" * 9_000_000)
    bucket.copy_blob(blob, bucket, "2")
    bucket.blob("3").rewrite(blob)
    bucket.blob("4").compose([blob, blob])

    events = server.events()

    assert [e.payload["name"] for e in events] == ["1", "2", "3", "4"]
    assert {e.type.rpartition(".")[2] for e in events} == {"finalized"}


def test_a_replaced_object_is_deleted_and_the_new_one_finalized(
    server: Server, bucket: storage.Bucket
) -> None:
    blob = bucket.blob(NAME)
    blob.upload_from_string(b"1")
    first = blob.generation
    blob.upload_from_string(b"2")

    assert kinds(server) == [
        ("finalized", first),
        ("deleted", first),
        ("finalized", blob.generation),
    ]


def test_a_deleted_event_tells_when(server: Server, bucket: storage.Bucket) -> None:
    blob = bucket.blob(NAME)
    blob.upload_from_string(b"1")
    blob.delete()

    assert server.events()[-1].payload["timeDeleted"] == server.events()[-1].time


def test_in_a_versioned_bucket_objects_are_archived_then_deleted(
    server: Server, bucket: storage.Bucket
) -> None:
    bucket.versioning_enabled = True
    bucket.patch()
    blob = bucket.blob(NAME)
    blob.upload_from_string(b"1")
    generation = blob.generation
    bucket.blob(NAME).delete()
    bucket.blob(NAME, generation=generation).delete()

    assert kinds(server) == [
        ("finalized", generation),
        ("archived", generation),
        ("deleted", generation),
    ]


def test_a_patch_is_a_metadata_update(server: Server, bucket: storage.Bucket) -> None:
    blob = bucket.blob(NAME)
    blob.upload_from_string(b"1")
    blob.metadata = {"a": "b"}
    blob.patch()

    event = server.events()[-1]
    assert event.type == "google.cloud.storage.object.v1.metadataUpdated"
    assert (event.payload["metageneration"], event.payload["metadata"]) == ("2", {"a": "b"})


def test_what_was_refused_is_no_event(server: Server, bucket: storage.Bucket) -> None:
    bucket.blob(NAME).upload_from_string(b"1", if_generation_match=0)

    with pytest.raises(PreconditionFailed):
        bucket.blob(NAME).upload_from_string(b"2", if_generation_match=0)

    assert len(server.events()) == 1


def test_events_stay_until_they_are_forgotten(server: Server, bucket: storage.Bucket) -> None:
    for name in ("1", "2", "3"):
        bucket.blob(name).upload_from_string(b"x")
    first, second, _ = server.events()

    server.run(lambda storage: storage.events.forget(first.id))

    assert [e.payload["name"] for e in server.events()] == ["2", "3"]
    after = server.run(lambda storage: storage.events.pending(second.id, 10))
    assert isinstance(after, list)
    assert [e.payload["name"] for e in after] == ["3"]


def test_events_survive_a_restart(server: Server, bucket: storage.Bucket) -> None:
    bucket.blob(NAME).upload_from_string(b"x")

    server.restart()

    assert [e.payload["name"] for e in server.events()] == [NAME]


def test_a_reader_is_woken(server: Server, bucket: storage.Bucket) -> None:
    assert server.run(lambda storage: storage.events.changed.is_set()) is False

    bucket.blob(NAME).upload_from_string(b"x")

    assert server.run(lambda storage: storage.events.changed.is_set()) is True
