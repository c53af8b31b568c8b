import hashlib
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from google.cloud import storage
from google.oauth2.service_account import Credentials

from tests.contract.storage.server import Server

NAME = "a/ü +1 %#.jpg"
MINUTE = timedelta(minutes=1)


def signed(blob: storage.Blob, signer: Credentials, method: str, **more: object) -> str:
    url = blob.generate_signed_url(
        version="v4", method=method, expiration=MINUTE, credentials=signer, **more
    )
    assert isinstance(url, str)
    return url


def test_a_signed_put_stores_the_object(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials
) -> None:
    headers = {"x-goog-if-generation-match": "0", "x-goog-meta-owner": "u1"}
    blob = bucket.blob(NAME)
    url = signed(blob, signer, "PUT", content_type="image/png", headers=headers)

    sent = http.put(url, content=b"bytes", headers={**headers, "content-type": "image/png"})
    again = http.put(url, content=b"bytes", headers={**headers, "content-type": "image/png"})

    blob.reload()
    assert (sent.status_code, sent.headers["x-goog-generation"]) == (200, str(blob.generation))
    assert again.status_code == 412
    assert "<Code>PreconditionFailed</Code>" in again.text
    assert (blob.content_type, blob.metadata) == ("image/png", {"owner": "u1"})
    assert blob.download_as_bytes() == b"bytes"


def test_a_signed_get_reads_it(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials
) -> None:
    blob = bucket.blob(NAME)
    blob.upload_from_string(b"bytes", content_type="image/png")
    attachment = "attachment; filename=x.png"

    answer = http.get(signed(blob, signer, "GET", response_disposition=attachment))
    head = http.head(signed(blob, signer, "HEAD"))

    assert (answer.status_code, answer.content) == (200, b"bytes")
    assert answer.headers["content-disposition"] == attachment
    assert answer.headers["content-type"] == "image/png"
    assert (head.status_code, head.headers["content-length"]) == (200, "5")


def test_an_overridden_header_cannot_bring_others(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials
) -> None:
    blob = bucket.blob(NAME)
    blob.upload_from_string(b"bytes")
    attachment = 'attachment; filename="ü"\r\nx-evil: 1'

    answer = http.get(signed(blob, signer, "GET", response_disposition=attachment))

    assert answer.status_code == 200
    assert "x-evil" not in answer.headers


def test_a_signed_delete_removes_it(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials
) -> None:
    blob = bucket.blob(NAME)
    blob.upload_from_string(b"bytes")

    assert http.delete(signed(blob, signer, "DELETE")).status_code == 204
    assert not blob.exists()


def test_another_request_than_the_signed_one_is_refused(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials
) -> None:
    url = signed(bucket.blob(NAME), signer, "PUT", content_type="image/png")
    good = {"content-type": "image/png"}

    refusals = [
        http.put(url, content=b"x", headers={"content-type": "image/jpeg"}),
        http.put(url.replace("/a/", "/b/"), content=b"x", headers=good),
        http.put(url.replace("Expires=60", "Expires=600"), content=b"x", headers=good),
        http.put(f"{url}&generation=1", content=b"x", headers=good),
        http.get(url, headers=good),
    ]

    assert [answer.status_code for answer in refusals] == [403] * 5
    assert all("<Code>SignatureDoesNotMatch</Code>" in answer.text for answer in refusals)
    assert not bucket.blob(NAME).exists()


def test_a_google_header_that_was_not_signed_is_refused(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials
) -> None:
    url = signed(bucket.blob(NAME), signer, "PUT")

    answer = http.put(url, content=b"x", headers={"x-goog-meta-owner": "u2"})

    assert answer.status_code == 400
    assert "<Code>MalformedSecurityHeader</Code>" in answer.text


def test_a_url_expires(
    http: httpx.Client, server: Server, bucket: storage.Bucket, signer: Credentials
) -> None:
    url = signed(bucket.blob(NAME), signer, "GET")
    server.clock.advance(61)

    answer = http.get(url)

    assert (answer.status_code, "<Code>ExpiredToken</Code>" in answer.text) == (400, True)


def test_a_url_of_version_2_is_checked_too(
    http: httpx.Client, server: Server, bucket: storage.Bucket, signer: Credentials
) -> None:
    headers = {"x-goog-meta-owner": "u1", "content-type": "image/png"}
    blob = bucket.blob(NAME)
    url = blob.generate_signed_url(
        MINUTE,
        method="PUT",
        version="v2",
        content_type="image/png",
        headers={"x-goog-meta-owner": "u1"},
        credentials=signer,
    )

    written = http.put(url, content=b"bytes", headers=headers)
    other_type = http.put(url, content=b"x", headers=headers | {"content-type": "image/gif"})
    other_object = http.put(url.replace("/a/", "/b/"), content=b"x", headers=headers)
    server.clock.advance(61)
    expired = http.put(url, content=b"x", headers=headers)

    assert written.status_code == 200
    assert [other_type.status_code, other_object.status_code] == [403, 403]
    assert "<Code>ExpiredToken</Code>" in expired.text
    assert blob.download_as_bytes() == b"bytes"


def test_nobody_enters_without_a_signature(http: httpx.Client, bucket: storage.Bucket) -> None:
    bucket.blob("x").upload_from_string(b"bytes")

    answers = [http.get("/pictures/x"), http.put("/pictures/x", content=b"new")]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert bucket.blob("x").download_as_bytes() == b"bytes"


def test_a_public_bucket_is_read_by_all_and_written_by_none(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    policy = bucket.get_iam_policy()
    policy.bindings.append({"role": "roles/storage.objectViewer", "members": {"allUsers"}})
    bucket.set_iam_policy(policy)
    blob = bucket.blob("x")
    blob.upload_from_string(b"bytes")

    read = http.get(blob.public_url.replace("https://storage.googleapis.com", ""))
    written = http.put("/pictures/x", content=b"new")

    assert (read.status_code, read.content) == (200, b"bytes")
    assert read.headers["cache-control"] == "public, max-age=3600"
    assert read.headers["etag"] == f'"{hashlib.md5(b"bytes").hexdigest()}"'
    assert written.status_code == 403


@pytest.mark.parametrize(("size", "code"), [(1, "EntityTooSmall"), (11, "EntityTooLarge")])
def test_a_signed_size_limit_holds(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials, size: int, code: str
) -> None:
    limit = {"x-goog-content-length-range": "2,10"}
    url = signed(bucket.blob("x"), signer, "PUT", headers=limit)

    def streamed() -> Iterator[bytes]:
        yield b"x" * size

    known = http.put(url, content=b"x" * size, headers=limit)
    unknown = http.put(url, content=streamed(), headers=limit)
    fitting = http.put(url, content=b"x" * 10, headers=limit)

    assert (known.status_code, f"<Code>{code}</Code>" in known.text) == (400, True)
    assert (unknown.status_code, f"<Code>{code}</Code>" in unknown.text) == (400, True)
    assert fitting.status_code == 200


def test_a_signed_session_is_resumable_without_another_signature(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials
) -> None:
    start = {"x-goog-resumable": "start"}
    url = signed(bucket.blob(NAME), signer, "RESUMABLE", headers={})

    begun = http.post(url, headers={**start, "content-type": "image/png"})
    asked = http.put(begun.headers["location"], headers={"content-range": "bytes */5"})
    ended = http.put(begun.headers["location"], content=b"bytes")

    assert (begun.status_code, asked.status_code, ended.status_code) == (201, 308, 200)
    assert bucket.blob(NAME).download_as_bytes() == b"bytes"


def test_odd_rules_of_a_bucket_do_not_break_the_answer(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    bucket.cors = [{"origin": ["*"], "method": ["GET"], "responseHeader": ["ü\r\nx-evil: 1"]}]
    bucket.patch()

    answer = http.get("/pictures/x", headers={"origin": "https://a.test"})

    assert answer.status_code == 403
    assert "x-evil" not in answer.headers


def test_a_browser_may_put_where_the_bucket_allows_its_origin(
    http: httpx.Client, bucket: storage.Bucket, signer: Credentials
) -> None:
    rule = {"origin": ["https://a.test"], "method": ["PUT"], "responseHeader": ["Content-Type"]}
    bucket.cors = [rule]
    bucket.patch()
    url = signed(bucket.blob("x"), signer, "PUT")
    asked = {"access-control-request-method": "PUT"}

    allowed = http.options(url, headers={**asked, "origin": "https://a.test"})
    other = http.options(url, headers={**asked, "origin": "https://b.test"})
    put = http.put(url, content=b"x", headers={"origin": "https://a.test"})

    assert allowed.headers["access-control-allow-origin"] == "https://a.test"
    assert allowed.headers["access-control-allow-methods"] == "PUT"
    assert "access-control-allow-origin" not in other.headers
    assert put.headers["access-control-allow-origin"] == "https://a.test"
