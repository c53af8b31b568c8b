"""What the client library does not show: the protocol of resumable uploads itself."""

import hashlib
import http.client as http_client
import os
import time
from base64 import b64encode
from pathlib import Path

import httpx
import pytest
from google.cloud import storage

from tests.contract.storage.server import Server

GRANULE = 256 * 1024


def begin(http: httpx.Client, query: str = "", **headers: str) -> str:
    answer = http.post(
        f"/upload/storage/v1/b/pictures/o?uploadType=resumable&name=big{query}",
        headers={key.replace("_", "-"): value for key, value in headers.items()},
    )
    assert answer.status_code == 200, answer.text
    return answer.headers["location"]


def break_off(
    target: str, url: str, sent: bytes, verb: str = "PUT", until: Path | None = None
) -> None:
    """Announce more than is sent, then hang up (once a file is there, if one is waited for)."""
    connection = http_client.HTTPConnection(url.removeprefix("http://"))
    connection.putrequest(verb, target)
    connection.putheader("content-length", str(10 * len(sent)))
    connection.endheaders(sent)
    deadline = time.monotonic() + 5
    while until is not None and not any(until.iterdir()):
        assert time.monotonic() < deadline
    connection.close()


def put(http: httpx.Client, session: str, data: bytes, content_range: str) -> httpx.Response:
    return http.put(session, content=data, headers={"content-range": content_range})


@pytest.mark.usefixtures("bucket")
def test_a_session_tells_how_much_it_has(http: httpx.Client) -> None:
    session = begin(http)

    before = put(http, session, b"", "bytes */*")
    put(http, session, b"x" * 2 * GRANULE, f"bytes 0-{2 * GRANULE - 1}/*")
    after = put(http, session, b"", "bytes */*")

    assert (before.status_code, "range" in before.headers) == (308, False)
    assert (after.status_code, after.headers["range"]) == (308, f"bytes=0-{2 * GRANULE - 1}")


@pytest.mark.usefixtures("bucket")
def test_only_whole_granules_are_acknowledged_and_the_rest_may_be_sent_again(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    sent = os.urandom(GRANULE + 100)
    session = begin(http)

    piece = put(http, session, sent[: GRANULE + 50], f"bytes 0-{GRANULE + 49}/*")
    last = put(http, session, sent[GRANULE:], f"bytes {GRANULE}-{GRANULE + 99}/{GRANULE + 100}")

    assert piece.headers["range"] == f"bytes=0-{GRANULE - 1}"
    assert last.status_code == 200
    assert bucket.blob("big").download_as_bytes() == sent


@pytest.mark.usefixtures("bucket")
def test_what_arrived_before_a_broken_connection_is_kept(
    http: httpx.Client, server: Server
) -> None:
    session = begin(http)
    break_off(session.removeprefix(server.url), server.url, sent=b"x" * (GRANULE + 10))

    deadline = time.monotonic() + 5
    while "range" not in (status := put(http, session, b"", "bytes */*")).headers:
        assert time.monotonic() < deadline

    assert status.headers["range"] == f"bytes=0-{GRANULE - 1}"


@pytest.mark.usefixtures("bucket")
def test_a_simple_upload_that_breaks_off_leaves_nothing(
    server: Server, bucket: storage.Bucket, tmp_path: Path
) -> None:
    incoming = tmp_path / "storage" / "blobs" / "incoming"
    target = "/upload/storage/v1/b/pictures/o?uploadType=media&name=big"

    break_off(target, server.url, sent=b"x" * GRANULE, verb="POST", until=incoming)

    deadline = time.monotonic() + 5
    while any(incoming.iterdir()):
        assert time.monotonic() < deadline
    assert not bucket.blob("big").exists()


@pytest.mark.usefixtures("bucket")
def test_a_finished_session_answers_with_its_object(http: httpx.Client) -> None:
    session = begin(http)

    first = http.put(session, content=b"bytes")
    again = put(http, session, b"", "bytes */5")

    assert again.status_code == 200
    assert again.json()["generation"] == first.json()["generation"]


@pytest.mark.usefixtures("bucket")
def test_the_announced_type_and_size_count(http: httpx.Client) -> None:
    session = begin(http, x_upload_content_type="image/png", x_upload_content_length="5")

    wrong = put(http, session, b"", "bytes */6")
    right = http.put(session, content=b"bytes")

    assert wrong.status_code == 400
    assert right.json()["contentType"] == "image/png"


@pytest.mark.parametrize(
    ("data", "content_range"),
    [
        (b"x", "bytes 1-1/2"),
        (b"xx", "bytes 0-0/1"),
        (b"x", "bytes 0-0/0"),
        (b"x", "bytes=0-0"),
    ],
)
@pytest.mark.usefixtures("bucket")
def test_a_piece_that_does_not_fit_is_refused(
    http: httpx.Client, data: bytes, content_range: str
) -> None:
    session = begin(http)

    refused = put(http, session, data, content_range)

    assert refused.status_code == 400
    assert "range" not in put(http, session, b"", "bytes */*").headers


@pytest.mark.usefixtures("bucket")
def test_a_checksum_of_the_whole_is_checked_at_the_end(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    md5 = b64encode(hashlib.md5(b"other").digest()).decode()
    session = begin(http)

    refused = http.put(session, content=b"bytes", headers={"x-goog-hash": f"md5={md5}"})

    assert refused.status_code == 400
    assert not bucket.blob("big").exists()


@pytest.mark.usefixtures("bucket")
def test_a_condition_is_judged_when_the_upload_ends_too(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    session = begin(http, "&ifGenerationMatch=0")
    bucket.blob("big").upload_from_string(b"first")

    refused = http.put(session, content=b"second")
    after = put(http, session, b"", "bytes */*")

    assert (refused.status_code, after.status_code) == (412, 404)
    assert bucket.blob("big").download_as_bytes() == b"first"


@pytest.mark.usefixtures("bucket")
def test_a_cancelled_session_is_gone(http: httpx.Client) -> None:
    session = begin(http)

    cancelled = http.delete(session)
    after = put(http, session, b"", "bytes */*")

    assert cancelled.status_code == 499
    assert after.status_code == 404


@pytest.mark.usefixtures("bucket")
def test_a_session_expires_after_a_week(http: httpx.Client, server: Server) -> None:
    session = begin(http)
    server.clock.advance(7 * 24 * 3600 + 1)

    expired = put(http, session, b"", "bytes */*")

    assert expired.status_code == 410


@pytest.mark.usefixtures("bucket")
def test_a_session_survives_a_restart(server: Server, http: httpx.Client) -> None:
    sent = os.urandom(2 * GRANULE)
    session = begin(http)
    put(http, session, sent[:GRANULE], f"bytes 0-{GRANULE - 1}/*")
    server.restart()

    status = put(http, session, b"", "bytes */*")
    last = put(http, session, sent[GRANULE:], f"bytes {GRANULE}-{2 * GRANULE - 1}/{2 * GRANULE}")

    assert status.headers["range"] == f"bytes=0-{GRANULE - 1}"
    assert last.json()["md5Hash"] == b64encode(hashlib.md5(sent).digest()).decode()
