"""Review in the gallery's own process, before Firestore, Cloud Storage and Cloud Tasks."""

import json
import os
import subprocess
import sys
from urllib.parse import quote

import pytest
from google.cloud import firestore, storage
from google.cloud.tasks_v2 import CloudTasksClient, Queue, Task

from safelight.google import make
from tests.contract.test_gallery_pages import PAGE, image_id, record, running

VARIANTS, UPLOADS, QUARANTINE, ANALYSIS = (
    f"review-{name}" for name in ("variants", "uploads", "quarantine", "analysis")
)
PARENT = "projects/p/locations/l"
URL = "https://thumbnailer.example"
REASON = {"code": "unsafe_adult", "message": "The picture seems to show nudity.", "stage": "gate"}
SAME_SITE = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def buckets(local_cloud):
    assert local_cloud.url in os.environ["STORAGE_EMULATOR_HOST"]
    client = storage.Client()
    return {n: client.create_bucket(n) for n in (VARIANTS, UPLOADS, QUARANTINE, ANALYSIS)}


@pytest.fixture(scope="module")
def tasks(local_cloud):
    """Provide a paused queue, in which tasks can be looked at."""
    assert local_cloud.url
    client = make(CloudTasksClient)
    queue = client.create_queue(parent=PARENT, queue=Queue(name=f"{PARENT}/queues/review"))
    client.pause_queue(name=queue.name)
    return client


@pytest.fixture(scope="module")
def gallery(buckets, tasks, tmp_path_factory):
    assert buckets
    assert tasks
    settings = {
        "VARIANTS_BUCKET": VARIANTS,
        "UPLOAD_BUCKET": UPLOADS,
        "ANALYSIS_BUCKET": ANALYSIS,
        "REVIEW": "true",
        "APPEALS": "true",
        "RENDER_QUEUE": f"{PARENT}/queues/review",
        "THUMBNAILER_URL": URL,
        "TASKS_SERVICE_ACCOUNT": "tasks@p.iam.gserviceaccount.com",
    }
    with running(tmp_path_factory.mktemp("review"), settings) as (client, _):
        yield client


@pytest.fixture(scope="module")
def public_gallery(buckets, tmp_path_factory):
    assert buckets
    settings = {"VARIANTS_BUCKET": VARIANTS, "UPLOAD_BUCKET": UPLOADS}
    with running(tmp_path_factory.mktemp("public"), settings) as (client, _):
        yield client


@pytest.fixture
def images(gallery):
    assert gallery
    collection = firestore.Client().collection("images")
    for document in collection.list_documents():
        firestore.Client().recursive_delete(document)
    return collection


def held_back(images, letter, buckets=None, **more):
    """Store the record of a picture in quarantine, and its original."""
    place = {}
    if buckets:
        blob = buckets[QUARANTINE].blob(f"{image_id(letter)}/5")
        blob.upload_from_string(b"hidden pixels")
        place = {"bucket": QUARANTINE, "name": blob.name, "generation": int(blob.generation)}
    told = {
        **record(letter, "quarantined", reason=REASON, variants={}),
        "original": {
            "bucket": UPLOADS,
            "name": f"ada/x/{letter}.jpg",
            "generation": 5,
            "contentType": "image/jpeg",
            "quarantine": place,
        },
        **more,
    }
    images.document(image_id(letter)).set(told)
    return images.document(image_id(letter))


def events(document):
    return [entry.to_dict() for entry in document.collection("timeline").get()]


def decide(gallery, letter, decision, **more):
    fields = {"reviewer": "Ann", "reason": "A statue.", **more, "decision": decision}
    return gallery.post(f"/review/{image_id(letter)}", data=fields)


def tasks_of(tasks):
    view = {"parent": f"{PARENT}/queues/review", "response_view": Task.View.FULL}
    found = tasks.list_tasks(request=view)
    return {task.name: json.loads(task.http_request.body) for task in found}


def test_the_page_lists_what_waits_those_with_an_appeal_first(gallery, images):
    held_back(images, "a", metadata={"safeSearch": {"adult": "VERY_LIKELY"}})
    appeal = {"text": "It is a <b>statue</b>.", "open": True}
    held_back(images, "b", state="rejected", appeal=appeal)
    images.document(image_id("c")).set(record("c"))

    page = gallery.get("/review", headers=PAGE).text

    assert page.index("b.jpg") < page.index("a.jpg")
    assert "c.jpg" not in page
    assert "adult: very likely" in page
    assert "It is a &lt;b&gt;statue&lt;/b&gt;." in page


def test_an_approved_picture_is_enqueued_and_rendering(gallery, images, tasks):
    document = held_back(images, "a")
    before = tasks_of(tasks)

    answer = decide(gallery, "a", "approve")

    assert (answer.status_code, answer.json()["decision"]) == (200, "approve")
    told = document.get().to_dict()
    assert (told["state"], told["reason"]) == ("rendering", None)
    assert told["review"]["reviewer"] == "Ann"
    [(_, task)] = [(n, t) for n, t in tasks_of(tasks).items() if n not in before]
    assert task["approving"] is True
    assert (task["imageId"], task["generation"]) == (image_id("a"), 5)
    [entry] = events(document)
    assert (entry["stage"], entry["event"]) == ("review", "picture_approved")
    assert entry["detail"] == {"reviewer": "Ann", "reason": "A statue."}
    assert entry["at"]


def test_a_rejected_picture_is_rejected_once(gallery, images, tasks):
    document = held_back(images, "a")
    before = tasks_of(tasks)

    first = decide(gallery, "a", "reject")
    second = decide(gallery, "a", "reject")

    assert first.status_code == 200
    assert (second.status_code, second.json()["code"]) == (409, "not_in_review")
    assert document.get().to_dict()["state"] == "rejected"
    assert len(events(document)) == 1
    assert tasks_of(tasks) == before


def test_a_browser_is_sent_back_to_the_list(gallery, images):
    held_back(images, "a")
    fields = {"decision": "reject", "reviewer": "Ann", "reason": "Nude."}

    answer = gallery.post(f"/review/{image_id('a')}", data=fields, headers={**PAGE, **SAME_SITE})

    assert (answer.status_code, answer.headers["location"]) == (303, "/review")


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"reason": " "}, 422, "missing_words"),
        ({"reviewer": ""}, 422, "missing_words"),
        ({"decision": "delete"}, 422, "no_decision"),
        ({"reason": "x" * 70_000}, 413, "form_too_large"),
    ],
)
def test_a_decision_that_is_none_changes_nothing(gallery, images, change, status, code):
    document = held_back(images, "a")
    fields = {"decision": "approve", "reviewer": "Ann", "reason": "A statue.", **change}

    answer = gallery.post(f"/review/{image_id('a')}", data=fields)

    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert document.get().to_dict()["state"] == "quarantined"


def test_an_unknown_picture_cannot_be_decided_about(gallery, images):
    assert images
    answer = decide(gallery, "z", "approve")

    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_picture")


@pytest.mark.parametrize("path", ["/review/{}", "/images/{}/appeal"])
def test_a_form_of_another_site_decides_nothing(gallery, images, path):
    document = held_back(images, "a")
    fields = {"decision": "approve", "reviewer": "Ann", "reason": "x", "text": "x"}

    answer = gallery.post(
        path.format(image_id("a")), data=fields, headers={"sec-fetch-site": "cross-site"}
    )

    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_form")
    assert events(document) == []


def test_reviewers_see_the_rendition_or_else_the_original(gallery, images, buckets):
    held_back(images, "a", buckets)
    rendition = buckets[ANALYSIS].blob(f"{image_id('b')}/5/0123.jpg")
    rendition.upload_from_string(b"rendition")
    held_back(images, "b", buckets)

    original = gallery.get(f"/review/{image_id('a')}/picture")
    prepared = gallery.get(f"/review/{image_id('b')}/picture")

    assert (original.content, prepared.content) == (b"hidden pixels", b"rendition")
    assert original.headers["content-type"] == "image/jpeg"
    assert original.headers["cache-control"] == "no-store"
    assert "sandbox" in original.headers["content-security-policy"]


def test_reviewers_see_no_original_that_could_run(gallery, images, buckets):
    document = held_back(images, "a", buckets)
    document.update({"original.contentType": "image/svg+xml"})

    assert gallery.get(f"/review/{image_id('a')}/picture").status_code == 404


def test_an_appeal_is_noted_once_and_shown(gallery, images):
    document = held_back(images, "a")
    page = f"/images/{image_id('a')}"

    offered = gallery.get(page, headers=PAGE).text
    first = gallery.post(f"{page}/appeal", data={"text": "It is a statue."})
    second = gallery.post(f"{page}/appeal", data={"text": "again"})

    assert "Appeal</button>" in offered
    assert (first.status_code, second.status_code) == (201, 409)
    assert document.get().to_dict()["appeal"]["text"] == "It is a statue."
    assert document.get().to_dict()["state"] == "quarantined"
    assert "Appeal</button>" not in gallery.get(page, headers=PAGE).text
    assert [entry["event"] for entry in events(document)] == ["picture_appealed"]


def test_pages_that_anybody_may_open_do_not_name_reviewers(gallery, images):
    held_back(images, "a")
    decide(gallery, "a", "reject", reviewer="ann@example.com", reason="Plainly nude.")

    page = gallery.get(f"/images/{image_id('a')}", headers=PAGE).text

    assert "Plainly nude." in page
    assert "ann@example.com" not in page


def test_what_is_in_a_picture_is_not_told_before_it_may_be_shown(public_gallery, images):
    metadata = {
        "width": 4,
        "labels": [{"description": "Secret label", "score": 1.0}],
        "text": "Secret text",
        "exif": {"artist": "Secret artist"},
        "safeSearch": {"adult": "VERY_LIKELY"},
    }
    document = held_back(images, "a", metadata=metadata)

    pages = [public_gallery.get(path, headers=PAGE) for path in page_paths("a")]
    document.update({"state": "ready"})
    later = [public_gallery.get(path, headers=PAGE).text for path in page_paths("a")]

    assert [page.status_code for page in pages] == [200] * 3, [page.text for page in pages]
    assert not any("Secret" in page.text for page in pages)
    assert "very likely" in pages[0].text
    assert all("Secret label" in page for page in later)
    assert "Secret text" in later[0]


def page_paths(letter):
    return [f"/images/{image_id(letter)}", "/", "/cards"]


def test_without_the_settings_there_are_no_such_doors(public_gallery, images, buckets):
    document = held_back(images, "a", buckets)
    rendition = buckets[ANALYSIS].blob(f"{image_id('a')}/5/0123.jpg")
    rendition.upload_from_string(b"hidden rendition")
    place = f"{image_id('a')}/5"
    attempts = [
        "/review",
        f"/review/{image_id('a')}/picture",
        f"/variants/{image_id('a')}/thumbnail",
        f"/variants/{image_id('a')}/display?generation=5",
        f"/variants/{image_id('a')}/{quote(f'gs://{QUARANTINE}/{place}', safe='')}",
        f"/variants/{image_id('a')}/..%2f..%2f{QUARANTINE}%2f{quote(place, safe='')}",
        f"/static/..%2f..%2f{quote(place, safe='')}",
        f"/{QUARANTINE}/{place}",
    ]

    answers = [public_gallery.get(path) for path in attempts]
    posted = [
        public_gallery.post(f"/review/{image_id('a')}", data={"decision": "approve"}),
        public_gallery.post(f"/images/{image_id('a')}/appeal", data={"text": "x"}),
    ]

    assert [answer.status_code for answer in answers] == [404] * len(attempts)
    assert all(b"hidden" not in answer.content for answer in answers)
    assert {answer.status_code for answer in posted} == {404}
    assert document.get().to_dict()["state"] == "quarantined"


@pytest.mark.parametrize("path", ["thumbnail?placeholder", "display?placeholder=1&generation=4"])
def test_an_app_that_needs_one_gets_a_placeholder(public_gallery, images, path):
    held_back(images, "a")

    answer = public_gallery.get(f"/variants/{image_id('a')}/{path}")

    assert (answer.status_code, answer.headers["content-type"]) == (200, "image/svg+xml")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.text.startswith("<svg")


def test_review_without_its_parts_does_not_start():
    settings = {"VARIANTS_BUCKET": VARIANTS, "REVIEW": "true", "THUMBNAILER_URL": URL}

    ended = subprocess.run(
        [sys.executable, "-m", "gallery"],
        check=False,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=20,
    )

    assert ended.returncode == 1
    assert "RENDER_QUEUE, TASKS_SERVICE_ACCOUNT" in ended.stderr
