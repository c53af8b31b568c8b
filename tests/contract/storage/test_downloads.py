import gzip
import os
from pathlib import Path

import httpx
import pytest
from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption

MEDIA = "/download/storage/v1/b/pictures/o/picture?alt=media"


@pytest.fixture
def blob(bucket: storage.Bucket) -> storage.Blob:
    blob: storage.Blob = bucket.blob("picture")
    blob.metadata = {"owner": "u1"}
    blob.upload_from_string(b"0123456789", content_type="image/jpeg")
    return blob


def test_a_part_is_downloaded(blob: storage.Blob) -> None:
    assert blob.download_as_bytes(start=2, end=5) == b"2345"
    assert blob.download_as_bytes(start=8) == b"89"


def test_a_large_object_is_read_in_parts(bucket: storage.Bucket) -> None:
    sent = os.urandom(1_000_000)
    bucket.blob("large").upload_from_string(sent)

    with bucket.blob("large").open("rb", chunk_size=256 * 1024) as file:
        received = file.read()

    assert received == sent


def test_headers_tell_what_the_object_is(http: httpx.Client, blob: storage.Blob) -> None:
    answer = http.get(MEDIA)

    assert answer.content == b"0123456789"
    assert answer.headers["content-type"] == "image/jpeg"
    assert answer.headers["content-length"] == "10"
    assert answer.headers["x-goog-generation"] == str(blob.generation)
    assert answer.headers["x-goog-metageneration"] == "1"
    assert answer.headers["x-goog-hash"] == f"crc32c={blob.crc32c},md5={blob.md5_hash}"
    assert answer.headers["x-goog-meta-owner"] == "u1"
    assert answer.headers["etag"] == blob.etag
    assert answer.headers["accept-ranges"] == "bytes"


@pytest.mark.usefixtures("blob")
def test_a_range_is_partial_content(http: httpx.Client) -> None:
    answer = http.get(MEDIA, headers={"range": "bytes=-3"})

    assert (answer.status_code, answer.content) == (206, b"789")
    assert answer.headers["content-range"] == "bytes 7-9/10"


@pytest.mark.usefixtures("blob")
def test_a_range_behind_the_end_cannot_be_satisfied(http: httpx.Client) -> None:
    answer = http.get(MEDIA, headers={"range": "bytes=10-"})

    assert (answer.status_code, answer.headers["content-range"]) == (416, "bytes */10")


def test_bytes_that_rot_on_disk_are_noticed(blob: storage.Blob, tmp_path: Path) -> None:
    (file,) = (tmp_path / "storage" / "blobs" / "kept").iterdir()
    file.write_bytes(b"012345678X")

    with pytest.raises(DataCorruption):
        blob.download_as_bytes()


def test_a_generation_that_was_replaced_is_gone(bucket: storage.Bucket, blob: storage.Blob) -> None:
    bucket.blob("picture").upload_from_string(b"new")

    with pytest.raises(NotFound, match="No such object: pictures/picture"):
        blob.download_as_bytes()


def test_a_download_may_depend_on_the_generation(blob: storage.Blob) -> None:
    assert blob.download_as_bytes(if_generation_match=blob.generation) == b"0123456789"
    with pytest.raises(PreconditionFailed):
        blob.download_as_bytes(if_generation_match=1)


def test_a_reader_that_has_the_generation_gets_no_bytes(
    http: httpx.Client, blob: storage.Blob
) -> None:
    answer = http.get(f"{MEDIA}&ifGenerationNotMatch={blob.generation}")

    assert (answer.status_code, answer.content) == (304, b"")


def test_a_reader_that_has_the_etag_gets_no_bytes(http: httpx.Client, blob: storage.Blob) -> None:
    known = http.get(MEDIA, headers={"if-none-match": blob.etag})
    changed = http.get(MEDIA, headers={"if-none-match": '"other"'})
    demanded = http.get(MEDIA, headers={"if-match": "other"})

    assert [answer.status_code for answer in (known, changed, demanded)] == [304, 200, 412]


@pytest.mark.usefixtures("bucket")
def test_the_error_of_a_download_is_plain_text(http: httpx.Client) -> None:
    answer = http.get(MEDIA)

    assert (answer.status_code, answer.text) == (404, "No such object: pictures/picture")
    assert answer.headers["content-type"] == "text/html; charset=UTF-8"


def test_odd_metadata_does_not_break_the_headers(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    blob = bucket.blob("picture")
    blob.metadata = {"clé": "1", "a\r\nx-evil": "2", "plain": "ü\r\nx-evil: 3"}
    blob.content_disposition = "attachment; x=ü\r\nx-evil: 4"
    blob.upload_from_string(b"bytes")

    answer = http.get(MEDIA)

    assert answer.content == b"bytes"
    assert "x-evil" not in answer.headers
    assert answer.headers["x-goog-meta-plain"].endswith(" x-evil: 3")


def test_gzip_is_undone_for_who_cannot_read_it(http: httpx.Client, bucket: storage.Bucket) -> None:
    plain = b"text " * 100_000
    blob = bucket.blob("picture")
    blob.content_encoding = "gzip"
    blob.upload_from_string(gzip.compress(plain), content_type="text/plain")

    undone = http.get(MEDIA, headers={"accept-encoding": "identity"})
    kept = http.get(MEDIA, headers={"accept-encoding": "gzip"})

    assert undone.content == plain
    assert "content-encoding" not in undone.headers
    assert kept.headers["content-encoding"] == "gzip"
    assert kept.headers["content-length"] == str(blob.size)


def test_a_download_goes_on_while_the_object_is_replaced(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    sent = os.urandom(8_000_000)
    bucket.blob("picture").upload_from_string(sent)
    received = b""

    with http.stream("GET", MEDIA) as answer:
        for data in answer.iter_bytes(100_000):
            if not received:
                bucket.blob("picture").upload_from_string(b"new")
            received += data

    assert received == sent
