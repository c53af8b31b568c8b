"""The function in its own process, with real objects and real decoding processes."""

import gzip
import hashlib
import io
import json
import os
import signal
import subprocess
import sys

import httpx
import pytest
from google.cloud import firestore, storage
from google.cloud.firestore_v1.types import Document
from PIL import Image

from tests.local_cloud import free_ports, wait_until

BUCKET = "metadata-contract"
SAFE = dict.fromkeys(("adult", "spoof", "medical", "violence", "racy"), "VERY_UNLIKELY")
ANALYSIS = "metadata-contract-analysis"
SETTINGS = {
    "POLICY": "cloud-v1",
    "CHILDREN": "1",
    "MAX_BYTES": "1000000",
    "ANALYSIS_BUCKET": ANALYSIS,
}


@pytest.fixture(scope="module")
def bucket(local_cloud):
    assert local_cloud.url in os.environ["STORAGE_EMULATOR_HOST"]
    storage.Client().create_bucket(ANALYSIS)
    return storage.Client().create_bucket(BUCKET)


@pytest.fixture(scope="module")
def function(bucket, tmp_path_factory):
    """Provide a client of the running function; it must end in peace."""
    assert bucket.name == BUCKET
    port = str(free_ports(1))
    log = tmp_path_factory.mktemp("metadata") / "log"
    with log.open("wb") as output, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        process = subprocess.Popen(
            [sys.executable, "-m", "metadata"],
            env={**os.environ, **SETTINGS, "PORT": port},
            stdout=output,
            stderr=output,
        )
        wait_until(lambda: answers(client), 20, log.read_text)
        yield client
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0, log.read_text()


def answers(client):
    try:
        return client.post("/").status_code == 404
    except httpx.TransportError:
        return False


def jpeg(size=(320, 240)):
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, "JPEG")
    return target.getvalue()


def png(size):
    target = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(target, "PNG")
    return target.getvalue()


def stored(bucket, name, data, **options):
    blob = bucket.blob(name)
    blob.upload_from_string(data, **options)
    return {"bucket": BUCKET, "name": name, "generation": str(blob.generation)}


def asked(function, path, request):
    answer = function.post(path, json=request)
    assert answer.status_code == 200, answer.text
    return answer.json()


def inspected(function, request):
    return asked(function, "/inspect", request)


def described(function, request, **vision):
    """Go the way of the workflow: inspect, let Vision find everything safe, describe."""
    found = inspected(function, request)
    if found["outcome"] == "failed":
        return found
    seen = [{"safeSearchAnnotation": SAFE} for _ in found["requests"]]
    told = {"responses": seen or None, "examination": found["examination"]}
    return asked(function, "/describe", {**request, **told, **vision})


def addresses(found):
    return [request["image"]["source"]["imageUri"] for request in found["requests"]]


def test_a_photo_under_any_name_is_approved_and_described(bucket, function):
    photo = jpeg()

    found = described(function, stored(bucket, "a/ü +1 %#.jpg", photo))

    assert found["outcome"] == "approved"
    fields = Document.from_json(json.dumps({"fields": found["fields"]})).fields
    record = fields["metadata"].map_value.fields
    assert record["width"].integer_value == 320
    assert record["format"].string_value == "jpeg"
    assert record["sha256"].string_value == hashlib.sha256(photo).hexdigest()


def test_the_generation_asked_for_is_read_and_no_other(bucket, function):
    old = stored(bucket, "replaced.jpg", jpeg())
    new = stored(bucket, "replaced.jpg", jpeg((64, 64)))

    gone, found = described(function, old), described(function, new)

    assert (gone["outcome"], gone["reason"]["code"]) == ("failed", "original_gone")
    assert found["outcome"] == "approved"


def test_a_generation_that_was_replaced_after_vision_looked_is_not_approved(bucket, function):
    old = stored(bucket, "overwritten.jpg", jpeg((100, 80)))
    found = inspected(function, old)
    stored(bucket, "overwritten.jpg", jpeg((80, 100)))
    seen = {"responses": [{"safeSearchAnnotation": SAFE}], "examination": found["examination"]}

    answer = asked(function, "/describe", {**old, **seen})

    assert addresses(found) == [f"gs://{BUCKET}/overwritten.jpg"]
    assert (answer["outcome"], answer["reason"]["code"]) == ("failed", "original_gone")
    # Nor is what Vision said of the one kept for the other.
    assert addresses(inspected(function, stored(bucket, "again.jpg", jpeg((100, 80)))))


def test_what_vision_judged_by_its_rendition_may_be_replaced(bucket, function):
    old = stored(bucket, "replaced.png", png((100, 80)))
    found = inspected(function, old)
    stored(bucket, "replaced.png", b"something else")
    seen = {"responses": [{"safeSearchAnnotation": SAFE}], "examination": found["examination"]}

    assert asked(function, "/describe", {**old, **seen})["outcome"] == "approved"


def test_renditions_are_stored_once_under_the_name_of_their_content(bucket, function):
    request = stored(bucket, "twice.png", png((2000, 1000)))

    first, second = addresses(inspected(function, request)), addresses(inspected(function, request))

    assert first == second
    blob = storage.Blob.from_uri(first[0], client=storage.Client())
    data = blob.download_as_bytes()
    blob.reload()
    rendition = Image.open(io.BytesIO(data))
    assert (rendition.format, rendition.size) == ("JPEG", (1600, 800))
    assert blob.name.endswith(f"/{request['generation']}/{hashlib.sha256(data).hexdigest()}.jpg")
    assert blob.metadata["source-name"] == "twice.png"


def test_a_rendition_that_is_there_is_found_without_the_right_to_replace(
    local_cloud, bucket, function
):
    request = stored(bucket, "there.png", png((300, 200)))
    first = addresses(inspected(function, request))
    fault = {"method": "storage.objects.insert", "status": "PERMISSION_DENIED"}
    local_cloud.ask("POST", "/_localcloud/faults", fault)
    again = addresses(inspected(function, request))
    other = stored(bucket, "not there.png", png((301, 200)))
    local_cloud.ask("POST", "/_localcloud/faults", fault)
    answer = function.post("/inspect", json=other)

    assert again == first
    assert (answer.status_code, answer.json()["code"]) == (503, "google_unavailable")


def test_what_vision_said_is_kept_by_content_for_some_days(bucket, function):
    photo = jpeg((123, 45))

    described(function, stored(bucket, "kept/first.jpg", photo))
    again = stored(bucket, "kept/second.jpg", photo)

    assert inspected(function, again)["requests"] == []
    assert described(function, again)["outcome"] == "approved"
    digest = hashlib.sha256(photo).hexdigest()
    (kept,) = [
        document.to_dict()
        for document in firestore.Client().collection("analyses").stream()
        if document.id.startswith(digest)
    ]
    assert json.loads(kept["responses"]) == [{"safeSearchAnnotation": SAFE}]
    assert (kept["expireAt"] - kept["createdAt"]).days == 30


def test_a_picture_does_not_suffer_when_answers_cannot_be_kept(local_cloud, bucket, function):
    request = stored(bucket, "unkept.jpg", jpeg((77, 55)))
    fault = {"method": "google.firestore.v1.Firestore/Commit", "status": "PERMISSION_DENIED"}
    local_cloud.ask("POST", "/_localcloud/faults", {**fault, "count": 1000})
    try:
        found = described(function, request)
    finally:
        local_cloud.ask("DELETE", "/_localcloud/faults")

    assert found["outcome"] == "approved"


def test_a_missing_object_or_bucket_is_gone(function):
    request = {"bucket": BUCKET, "name": "never.jpg", "generation": 5}

    assert described(function, request)["reason"]["code"] == "original_gone"
    assert described(function, {**request, "bucket": "no-such-bucket-here"})["outcome"] == "failed"


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("text.jpg", b"I am a text.", "not_an_image"),
        ("empty.jpg", b"", "empty_file"),
        ("drawing.png", b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
        ("half.jpg", jpeg()[:600], "truncated"),
        ("large.jpg", jpeg() + bytes(1_000_000), "too_large"),
    ],
)
def test_what_is_no_accepted_picture_failed_with_a_code(bucket, function, name, data, code):
    found = described(function, stored(bucket, name, data))

    assert found["outcome"] == "failed"
    assert found["reason"]["code"] == code
    assert found["reason"]["message"]


def test_an_object_stored_compressed_is_read_as_it_was(bucket, function):
    photo = jpeg()
    blob = bucket.blob("compressed.jpg")
    blob.content_encoding = "gzip"
    blob.upload_from_string(gzip.compress(photo), content_type="image/jpeg")
    request = {"bucket": BUCKET, "name": blob.name, "generation": blob.generation}

    found = described(function, request)

    assert found["outcome"] == "approved"


def test_without_screening_a_picture_is_quarantined(bucket, function):
    request = stored(bucket, "unscreened.jpg", jpeg((222, 111)))

    missing = described(function, request, responses=None)
    broken = described(function, request, responses=None, visionError={"code": 503, "message": "x"})

    assert (missing["outcome"], missing["reason"]["code"]) == ("quarantined", "not_screened")
    assert (broken["outcome"], broken["reason"]["code"]) == ("quarantined", "vision_unavailable")


def test_a_malformed_request_is_answered_with_a_problem(function):
    answer = function.post("/inspect", json={"bucket": "b"})

    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "malformed_request"
    assert "generation" in answer.json()["detail"]


@pytest.mark.parametrize("status", ["PERMISSION_DENIED", "UNAVAILABLE"])
def test_trouble_with_the_bucket_is_worth_a_retry_and_no_outcome(
    local_cloud, bucket, function, status
):
    request = stored(bucket, "trouble.jpg", jpeg())
    fault = {"method": "storage.objects.get", "status": status, "count": 1000}
    local_cloud.ask("POST", "/_localcloud/faults", fault)
    try:
        answer = function.post("/inspect", json=request, timeout=60)
    finally:
        local_cloud.ask("DELETE", "/_localcloud/faults")

    assert answer.status_code == 503
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "google_unavailable"


def test_a_passing_fault_of_the_bucket_is_not_even_noticed(local_cloud, bucket, function):
    request = stored(bucket, "hiccup.jpg", jpeg())
    local_cloud.ask("POST", "/_localcloud/faults", {"method": "storage.objects.get"})

    found = described(function, request)

    assert found["outcome"] == "approved"


def test_wrong_settings_stop_it_with_all_faults():
    settings = {
        "POLICY": "lenient",
        "MAX_BYTES": "0",
        "CHILDREN": "many",
        "ANALYSIS_BUCKET": "",
        "CROP_RATIOS": "1:1",
        "JUDGED_FRAMES": "1",
    }

    ended = subprocess.run(
        [sys.executable, "-m", "metadata"],
        check=False,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=20,
    )

    assert ended.returncode == 1
    assert all(name in ended.stderr for name in settings)
    assert "Traceback" not in ended.stderr


def test_the_local_policy_says_in_the_log_what_it_cannot_judge(tmp_path):
    port, log = str(free_ports(1)), tmp_path / "log"
    settings = {"POLICY": "local-v1-adult-racy-only", "PORT": port, "CHILDREN": "1"}
    settings["ANALYSIS_BUCKET"] = ANALYSIS
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "metadata"],
            env={**os.environ, **settings},
            stdout=output,
            stderr=output,
        )
        wait_until(lambda: "policy_blind" in log.read_text(), 20, log.read_text)
        process.send_signal(signal.SIGTERM)
        process.wait(20)

    [warning] = [line for line in log.read_text().splitlines() if "policy_blind" in line]
    assert json.loads(warning)["severity"] == "WARNING"
    assert "violence" in json.loads(warning)["not_gating"]
