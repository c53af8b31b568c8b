from base64 import b64decode
from datetime import UTC, datetime

from localcloud.storage.resources import StoredObject, object_resource, timestamp

STORED = StoredObject(
    bucket="pictures",
    name="a/ü +1 %#.jpg",
    generation=1587627537231057,
    metageneration=2,
    blob="key",
    size=352,
    crc32c="AAAAAA==",
    md5=None,
    components=None,
    created="2026-11-20T06:00:00.000Z",
    updated="2026-11-20T06:00:01.000Z",
    deleted=None,
    properties={"storageClass": "STANDARD", "metadata": {"a": "b"}},
)


def test_numbers_of_64_bits_are_written_as_texts() -> None:
    resource = object_resource(STORED)

    assert (resource["generation"], resource["metageneration"], resource["size"]) == (
        "1587627537231057",
        "2",
        "352",
    )


def test_links_hold_the_encoded_name_and_lead_to_the_server_that_was_asked() -> None:
    resource = object_resource(STORED, "http://127.0.0.1:9000")

    assert resource["mediaLink"] == (
        "http://127.0.0.1:9000/download/storage/v1/b/pictures/o/"
        "a%2F%C3%BC%20%2B1%20%25%23.jpg?generation=1587627537231057&alt=media"
    )


def test_what_an_object_has_not_is_left_out() -> None:
    assert {"md5Hash", "componentCount", "timeDeleted"}.isdisjoint(object_resource(STORED))


def test_an_etag_decodes_to_generation_and_metageneration() -> None:
    etag = b64decode(object_resource(STORED)["etag"])

    assert (etag[0], etag[-2:]) == (0x08, b"\x10\x02")


def test_times_have_milliseconds() -> None:
    moment = datetime(2026, 11, 20, 6, 0, 0, 7999, UTC)

    assert timestamp(moment) == "2026-11-20T06:00:00.007Z"
