"""What the client library hides: error bodies, batches, faults, and requests that make no sense."""

import gzip
from http.client import HTTPConnection

import httpx
import pytest
from google.api_core.exceptions import ServiceUnavailable, TooManyRequests
from google.cloud import storage

from localcloud.faults import Fault
from tests.contract.storage.server import Server

OBJECTS = "/storage/v1/b/pictures/o"
UPLOAD = "/upload/storage/v1/b/pictures/o"


@pytest.mark.usefixtures("bucket")
def test_a_missing_object_is_told_as_google_tells_it(http: httpx.Client) -> None:
    answer = http.get(f"{OBJECTS}/nothing")

    message = "No such object: pictures/nothing"
    assert answer.json() == {
        "error": {
            "code": 404,
            "message": message,
            "errors": [{"message": message, "domain": "global", "reason": "notFound"}],
        }
    }


def test_a_failed_condition_is_told_as_google_tells_it(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    bucket.blob("x").upload_from_string(b"x")

    answer = http.delete(f"{OBJECTS}/x?ifGenerationMatch=1")

    message = "At least one of the pre-conditions you specified did not hold."
    assert answer.json() == {
        "error": {
            "code": 412,
            "message": message,
            "errors": [
                {
                    "message": message,
                    "domain": "global",
                    "reason": "conditionNotMet",
                    "locationType": "header",
                    "location": "If-Match",
                }
            ],
        }
    }


@pytest.mark.parametrize(
    ("verb", "path", "body", "status"),
    [
        ("GET", "/storage/v1/nothing", b"", 404),
        ("POST", "/storage/v1/b", b"{", 400),
        ("POST", "/storage/v1/b", b"[]", 400),
        ("POST", "/storage/v1/b", b"{}", 400),
        ("POST", "/storage/v1/b", b'{"name": 7}', 400),
        ("POST", "/storage/v1/b", b'{"name": "abc", "labels": "x"}', 400),
        ("POST", "/storage/v1/b", b'{"name": "abc", "location": 7}', 400),
        ("POST", "/storage/v1/b", b"[" * 100_000, 400),
        ("POST", "/storage/v1/b", b'"' + b"x" * 2_000_000, 400),
        ("POST", UPLOAD, b"x", 400),
        ("POST", f"{UPLOAD}?uploadType=fast&name=x", b"x", 400),
        ("POST", f"{UPLOAD}?uploadType=multipart&name=x", b"x", 400),
        ("POST", f"{UPLOAD}?uploadType=resumable", b'{"name": "\\ud800"}', 400),
        ("POST", f"{UPLOAD}?uploadType=resumable&name=x", b'{"metadata": {"a": "\\ud800"}}', 400),
        ("POST", f"{UPLOAD}?uploadType=resumable&name=x", b'{"name": "y"}', 400),
        ("POST", f"{UPLOAD}?name=%FF", b"x", 400),
        ("PUT", f"{UPLOAD}?upload_id=unknown", b"x", 404),
        ("GET", f"{OBJECTS}/%FF", b"", 400),
        ("GET", f"{OBJECTS}?maxResults=-1", b"", 400),
        ("GET", f"{OBJECTS}?fields=a(", b"", 400),
        ("GET", f"{OBJECTS}?softDeleted=true", b"", 400),
        ("POST", f"{UPLOAD}?name=x&kmsKeyName=k", b"x", 400),
        ("GET", f"{OBJECTS}/x?generation=new", b"", 400),
        ("GET", f"{OBJECTS}/x?generation=9223372036854775808", b"", 400),
        ("PATCH", f"{OBJECTS}/x", b"7", 400),
        ("POST", f"{OBJECTS}/x/compose", b"{}", 400),
        ("POST", f"{OBJECTS}/x/compose", b'{"sourceObjects": [7]}', 400),
        ("POST", f"{OBJECTS}/x/compose", b'{"sourceObjects": [{"name": "x"}]}', 404),
        ("POST", f"{OBJECTS}/x/copyTo/b/pictures/o/y", b"", 404),
        ("PUT", "/storage/v1/b/pictures/iam", b'{"bindings": 7}', 400),
        ("POST", "/batch/storage/v1", b"", 400),
        ("GET", "/", b"", 405),
        ("GET", "/pictures", b"", 405),
        ("POST", "/pictures/x", b"", 403),
        ("PATCH", "/pictures/x", b"", 405),
        ("GET", "/pictures/%FF", b"", 400),
        ("GET", "/nowhere/x", b"", 404),
    ],
)
@pytest.mark.usefixtures("bucket")
def test_a_request_without_sense_is_the_callers_fault(
    http: httpx.Client, verb: str, path: str, body: bytes, status: int
) -> None:
    answer = http.request(verb, path, content=body)

    assert answer.status_code == status, answer.text
    assert "defect" not in answer.text


@pytest.mark.usefixtures("bucket")
def test_who_is_still_sending_hears_the_refusal(server: Server) -> None:
    connection = HTTPConnection(server.url.removeprefix("http://"))

    connection.request("POST", f"{UPLOAD}?uploadType=multipart", body=b"x" * 20_000_000)
    refused = connection.getresponse()
    refused.read()
    connection.request("GET", "/storage/v1/b/pictures")
    next_answer = connection.getresponse()
    next_answer.read()
    connection.close()

    assert (refused.status, next_answer.status) == (400, 200)


def test_fields_cut_the_answer_down(http: httpx.Client, bucket: storage.Bucket) -> None:
    for name in ("a/1", "b"):
        bucket.blob(name).upload_from_string(b"x")

    answer = http.get(f"{OBJECTS}?delimiter=/&fields=prefixes,items/name")

    assert answer.json() == {"prefixes": ["a/"], "items": [{"name": "b"}]}


def test_a_simple_upload_takes_its_properties_from_the_request(http: httpx.Client) -> None:
    http.post("/storage/v1/b", json={"name": "pictures"})

    answer = http.post(
        f"{UPLOAD}?uploadType=media&name=a%2Fb&contentEncoding=gzip",
        content=gzip.compress(b"x"),
        headers={"content-type": "text/plain"},
    )

    assert answer.json()["name"] == "a/b"
    assert answer.json()["contentType"] == "text/plain"
    assert answer.json()["contentEncoding"] == "gzip"


def test_gcloud_sends_slashes_line_feeds_and_apostrophes(
    http: httpx.Client, bucket: storage.Bucket
) -> None:
    body = (
        b'--==b==\nContent-Type: application/json\nMIME-Version: 1.0\n\n{"name": "a/b c"}\n'
        b"--==b==\nContent-Type: text/plain\nContent-Transfer-Encoding: binary\n\nby\ntes\n"
        b"--==b==--"
    )
    kind = "multipart/related; boundary='==b=='"

    sent = http.post(f"{UPLOAD}?uploadType=multipart", content=body, headers={"content-type": kind})
    packed = http.post(
        f"{UPLOAD}?uploadType=multipart&ifGenerationMatch={sent.json()['generation']}",
        content=gzip.compress(body),
        headers={"content-type": kind, "content-encoding": "gzip"},
    )
    found = http.get(f"{OBJECTS}/a/b%20c?alt=media")

    assert (sent.status_code, packed.status_code) == (200, 200)
    assert found.content == b"by\ntes"
    assert bucket.blob("a/b c").exists()


def test_a_batch_answers_each_call_on_its_own(
    client: storage.Client, bucket: storage.Bucket
) -> None:
    for name in ("ü 1", "2"):
        bucket.blob(name).upload_from_string(b"x")
    patched = bucket.blob("2")
    patched.metadata = {"a": "b"}

    with client.batch(raise_exception=False) as batch:
        bucket.blob("ü 1").delete()
        bucket.blob("nothing").delete()
        patched.patch()

    assert [response.status_code for response in batch._responses] == [204, 404, 200]
    assert patched.metageneration == 2
    assert [blob.name for blob in bucket.list_blobs()] == ["2"]


def test_an_injected_fault_is_googles_error_and_the_client_repeats(
    server: Server, bucket: storage.Bucket
) -> None:
    server.faults.plan.append(Fault("storage.objects.get", "UNAVAILABLE"))
    bucket.blob("x").upload_from_string(b"x")

    with pytest.raises(ServiceUnavailable):
        bucket.blob("x").reload(retry=None)
    bucket.blob("x").reload()

    calls = [call.status for call in server.faults.calls if call.method == "storage.objects.get"]
    assert calls == ["UNAVAILABLE", "OK"]


def test_a_fault_in_an_upload_leaves_nothing(server: Server, bucket: storage.Bucket) -> None:
    server.faults.plan.append(Fault("storage.objects.insert", "RESOURCE_EXHAUSTED"))

    with pytest.raises(TooManyRequests):
        bucket.blob("x").upload_from_string(b"x", retry=None)

    assert not bucket.blob("x").exists()


@pytest.mark.usefixtures("bucket")
def test_the_json_api_is_open_to_pages_of_any_origin(http: httpx.Client) -> None:
    origin = {"origin": "https://a.test"}

    preflight = http.options(
        UPLOAD, headers={**origin, "access-control-request-headers": "content-type"}
    )
    answer = http.get(OBJECTS, headers=origin)

    assert preflight.headers["access-control-allow-headers"] == "content-type"
    assert answer.headers["access-control-allow-origin"] == "https://a.test"
