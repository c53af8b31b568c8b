import io
import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.api_core.exceptions import BadRequest, NotFound, PreconditionFailed
from google.cloud import storage

MIB = 1024 * 1024
ODD_NAMES = [
    "a/ü +1 %#.jpg",
    "a//b",
    "/leading",
    "trailing/",
    "…/😀?&=;,'\"<>\\",
    "o/compose",
    "x/copyTo/b/y/o/z",
    "%2F",
    "x" * 1024,
]


@pytest.mark.parametrize("size", [0, 1, 200_000, 9 * MIB])
def test_bytes_come_back_as_they_were_sent(bucket: storage.Bucket, size: int) -> None:
    sent = os.urandom(size)

    bucket.blob("picture.jpg").upload_from_string(sent, content_type="image/jpeg")

    stored = bucket.get_blob("picture.jpg")
    assert stored is not None
    assert (stored.size, stored.content_type) == (size, "image/jpeg")
    assert stored.download_as_bytes() == sent


@pytest.mark.parametrize("name", ODD_NAMES)
def test_any_legal_name_keeps_its_object(
    client: storage.Client, bucket: storage.Bucket, name: str
) -> None:
    bucket.blob(name).upload_from_string(b"bytes")

    assert [blob.name for blob in client.list_blobs(bucket)] == [name]
    assert bucket.blob(name).download_as_bytes() == b"bytes"
    bucket.blob(name).delete()
    assert not bucket.blob(name).exists()


@pytest.mark.parametrize("name", ["x" * 1025, "a\nb", "a\rb", ".well-known/acme-challenge/x"])
def test_an_illegal_name_is_refused(bucket: storage.Bucket, name: str) -> None:
    with pytest.raises(BadRequest):
        bucket.blob(name).upload_from_string(b"bytes")


def test_a_stream_of_unknown_size_is_uploaded_in_pieces(bucket: storage.Bucket) -> None:
    sent = os.urandom(MIB + 17)

    bucket.blob("pieces", chunk_size=256 * 1024).upload_from_file(io.BytesIO(sent))

    assert bucket.blob("pieces").download_as_bytes() == sent


def test_a_writer_makes_an_object_when_it_is_closed(bucket: storage.Bucket) -> None:
    with bucket.blob("written").open("wb", chunk_size=256 * 1024) as file:
        file.write(b"x" * 300_000)
        assert not bucket.blob("written").exists()

    assert bucket.blob("written").download_as_bytes() == b"x" * 300_000


def test_properties_of_the_upload_are_kept(bucket: storage.Bucket) -> None:
    blob = bucket.blob("picture")
    blob.metadata = {"owner": "Zoë", "empty": ""}
    blob.cache_control = "no-store"
    blob.content_disposition = 'attachment; filename="x"'
    blob.content_language = "de"

    blob.upload_from_string(b"bytes", content_type="image/png")

    stored = bucket.get_blob("picture")
    assert stored is not None
    assert stored.metadata == {"owner": "Zoë", "empty": ""}
    assert stored.cache_control == "no-store"
    assert stored.content_disposition == 'attachment; filename="x"'
    assert stored.content_language == "de"
    assert stored.storage_class == "STANDARD"
    assert stored.crc32c == blob.crc32c
    assert stored.md5_hash == blob.md5_hash
    assert stored.time_created is not None


@pytest.mark.parametrize("size", [10, 9 * MIB], ids=["multipart", "resumable"])
def test_a_wrong_checksum_is_refused_and_leaves_nothing(bucket: storage.Bucket, size: int) -> None:
    blob = bucket.blob("picture")
    blob.md5_hash = "XrY7u+Ae7tCTyyK7j1rNww=="

    with pytest.raises(BadRequest, match="doesn't match calculated MD5 hash"):
        blob.upload_from_string(b"x" * size, checksum=None)

    assert not bucket.blob("picture").exists()


def test_generations_grow(bucket: storage.Bucket) -> None:
    blob = bucket.blob("picture")
    generations = []

    for _ in range(20):
        blob.upload_from_string(b"bytes")
        generations.append(blob.generation)

    assert generations == sorted(set(generations))
    assert blob.metageneration == 1


@pytest.mark.parametrize("size", [10, 9 * MIB], ids=["multipart", "resumable"])
def test_only_the_first_upload_that_wants_to_create_wins(bucket: storage.Bucket, size: int) -> None:
    bucket.blob("picture").upload_from_string(b"1" * size, if_generation_match=0)

    with pytest.raises(PreconditionFailed):
        bucket.blob("picture").upload_from_string(b"2" * size, if_generation_match=0)

    assert bucket.blob("picture").download_as_bytes(end=0) == b"1"


def test_of_racing_uploads_that_want_to_create_one_wins(bucket: storage.Bucket) -> None:
    def upload(number: int) -> int | None:
        try:
            bucket.blob("picture").upload_from_string(str(number), if_generation_match=0)
        except PreconditionFailed:
            return None
        return number

    with ThreadPoolExecutor(8) as pool:
        winners = [n for n in pool.map(upload, range(32)) if n is not None]

    assert len(winners) == 1
    assert bucket.blob("picture").download_as_text() == str(winners[0])


def test_an_overwrite_may_depend_on_the_generation(bucket: storage.Bucket) -> None:
    blob = bucket.blob("picture")
    blob.upload_from_string(b"1")
    first = blob.generation
    blob.upload_from_string(b"2", if_generation_match=first)

    with pytest.raises(PreconditionFailed):
        blob.upload_from_string(b"3", if_generation_match=first)

    assert bucket.blob("picture").download_as_bytes() == b"2"


@pytest.mark.parametrize("size", [10, 9 * MIB], ids=["multipart", "resumable"])
def test_a_bucket_that_is_not_there_is_not_found(client: storage.Client, size: int) -> None:
    with pytest.raises(NotFound, match="The specified bucket does not exist"):
        client.bucket("nowhere").blob("x").upload_from_string(b"x" * size)
