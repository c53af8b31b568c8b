"""The gallery in its own process, before the Firestore and Cloud Storage of the local cloud."""

import contextlib
import http.client
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from google.cloud import firestore, storage

from tests.local_cloud import free_ports, wait_until

UPLOADS, VARIANTS = "gallery-uploads", "gallery-variants"
SETTINGS = {
    "UPLOAD_BUCKET": UPLOADS,
    "VARIANTS_BUCKET": VARIANTS,
    "GALLERY_OWNER": "ada",
    "MAX_FILE_BYTES": str(48 * 1024 * 1024),
    "MAX_REQUEST_BYTES": str(64 * 1024 * 1024),
}
PAGE = {"accept": "text/html"}
MB = 1024 * 1024


@contextlib.contextmanager
def running(folder, settings):
    """Run a gallery; give a client of it, and its process; it must stop in peace."""
    port = str(free_ports(1))
    log = folder / "log"
    with log.open("wb") as output, httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        process = subprocess.Popen(
            [sys.executable, "-m", "gallery"],
            env={**os.environ, **settings, "PORT": port},
            stdout=output,
            stderr=output,
        )
        wait_until(lambda: is_healthy(client), 20, log.read_text)
        yield client, process
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == -signal.SIGTERM, log.read_text()
        assert "service_stopped" in log.read_text()


def is_healthy(client):
    try:
        return client.get("/healthz").status_code == 200
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def buckets(local_cloud):
    assert local_cloud.url in os.environ["STORAGE_EMULATOR_HOST"]
    client = storage.Client()
    return {name: client.create_bucket(name) for name in (UPLOADS, VARIANTS)}


@pytest.fixture(scope="module")
def process(buckets, tmp_path_factory):
    assert set(buckets) == {UPLOADS, VARIANTS}
    with running(tmp_path_factory.mktemp("gallery"), SETTINGS) as started:
        yield started


@pytest.fixture
def gallery(process):
    return process[0]


@pytest.fixture
def images(process):
    """Provide the empty collection of records."""
    assert process
    collection = firestore.Client().collection("images")
    for document in collection.list_documents():
        document.delete()
    return collection


def image_id(letter):
    return "i" + letter * 43


def record(letter, state="ready", **more):
    return {
        "imageId": image_id(letter),
        "state": state,
        "original": {"name": f"ada/x/{letter}.jpg", "generation": 5},
        "createdAt": firestore.SERVER_TIMESTAMP,
        **more,
    }


def published(buckets, letter, data=b"pixels", folder="5/0badc0de", **more):
    blob = buckets[VARIANTS].blob(f"{image_id(letter)}/{folder}/thumbnail.jpg")
    blob.upload_from_string(data)
    told = {
        "uri": f"gs://{VARIANTS}/{blob.name}",
        "width": 3,
        "height": 2,
        "bytes": len(data),
        "contentType": "image/jpeg",
        "generation": int(blob.generation),
    }
    return {"thumbnail": {**told, **more}}


def stored(buckets):
    return {blob.name: blob for blob in buckets[UPLOADS].list_blobs()}


def test_the_newest_pictures_come_first_with_state_and_reason(gallery, images):
    reason = {"code": "not_an_image", "message": "The file is not an image.", "stage": "metadata"}
    images.document(image_id("a")).set(record("a", "analyzing"))
    images.document(image_id("b")).set(record("b", "failed", reason=reason))

    page = gallery.get("/", headers=PAGE).text

    assert page.index("b.jpg") < page.index("a.jpg")
    assert "The file is not an image." in page
    assert "Being checked" in page


def test_older_pictures_are_on_a_page_of_their_own(buckets, images, tmp_path):
    for letter in "abc":
        images.document(image_id(letter)).set(record(letter, "analyzing"))

    settings = {**SETTINGS, "PICTURES_PER_PAGE": "2"}
    with running(tmp_path, settings) as (gallery, _):
        first = gallery.get("/").text
        link = first.partition('href="/?before=')[2].partition('"')[0]
        second = gallery.get(f"/?before={link}").text

    assert buckets
    assert "c.jpg" in first
    assert "a.jpg" not in first
    assert "a.jpg" in second
    assert "c.jpg" not in second


def test_an_open_page_is_told_of_a_change_at_once(gallery, images):
    document = images.document(image_id("a"))
    document.set(record("a", "analyzing"))
    seen = []

    with gallery.stream("GET", "/live", timeout=20) as events:
        for line in events.iter_lines():
            if line.startswith("data:"):
                seen += json.loads(line.removeprefix("data:"))
                if "Being rendered" in seen[-1]["html"]:
                    break
                document.update({"state": "rendering"})

    assert [update["id"] for update in seen] == [image_id("a")] * 2
    assert "Being checked" in seen[0]["html"]


def test_pages_that_are_not_told_can_ask(gallery, images):
    images.document(image_id("a")).set(record("a", "analyzing"))

    [card] = gallery.get("/cards").json()

    assert card["id"] == image_id("a")
    assert "Being checked" in card["html"]


def test_a_picture_has_a_page_with_its_timeline(gallery, images):
    document = images.document(image_id("a"))
    document.set(record("a", metadata={"width": 4, "height": 3, "format": "jpeg"}))
    entry = {"at": firestore.SERVER_TIMESTAMP, "stage": "gate", "event": "picture_approved"}
    document.collection("timeline").add(entry)

    page = gallery.get(f"/images/{image_id('a')}", headers=PAGE)

    assert page.status_code == 200
    assert "4 x 3 pixels" in page.text
    assert "picture approved" in page.text


def test_a_published_variant_is_served_for_ever_and_cannot_run(gallery, images, buckets):
    images.document(image_id("a")).set(record("a", variants=published(buckets, "a")))
    page = gallery.get("/").text
    address = page.partition('<img src="')[2].partition('"')[0]

    answer = gallery.get(address)

    assert answer.content == b"pixels"
    assert answer.headers["content-type"] == "image/jpeg"
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]


def test_without_its_generation_the_address_of_a_variant_is_not_for_ever(gallery, images, buckets):
    images.document(image_id("a")).set(record("a", variants=published(buckets, "a")))

    answer = gallery.get(f"/variants/{image_id('a')}/thumbnail")

    assert answer.headers["cache-control"] == "no-cache"


def test_variants_are_found_where_the_record_says_also_in_older_folders(gallery, images, buckets):
    images.document(image_id("a")).set(record("a", variants=published(buckets, "a", folder="5")))

    assert gallery.get(f"/variants/{image_id('a')}/thumbnail").content == b"pixels"


def test_what_other_recipes_make_has_another_address(gallery, images, buckets):
    document = images.document(image_id("a"))
    document.set(record("a", variants=published(buckets, "a")))
    [before] = gallery.get("/cards").json()
    document.update({"variants": published(buckets, "a", b"other pixels")})
    [after] = gallery.get("/cards").json()
    old, new = (one["html"].partition('<img src="')[2].partition('"')[0] for one in (before, after))

    assert old != new
    assert gallery.get(new).content == b"other pixels"
    assert gallery.get(old).status_code == 404


@pytest.mark.parametrize("state", ["analyzing", "rendering", "quarantined", "rejected", "failed"])
def test_nothing_of_a_picture_that_is_not_ready_is_served(gallery, images, buckets, state):
    images.document(image_id("a")).set(record("a", state, variants=published(buckets, "a")))

    answer = gallery.get(f"/variants/{image_id('a')}/thumbnail")

    assert answer.status_code == 404
    assert b"pixels" not in answer.content


def test_another_type_or_bucket_or_generation_is_not_served_as_a_picture(gallery, images, buckets):
    html = published(buckets, "a", b"<script>", contentType="text/html")
    elsewhere = published(buckets, "b", uri=f"gs://{UPLOADS}/secret.jpg")
    buckets[UPLOADS].blob("secret.jpg").upload_from_string(b"secret")
    images.document(image_id("a")).set(record("a", variants=html))
    images.document(image_id("b")).set(record("b", variants=elsewhere))

    plain = gallery.get(f"/variants/{image_id('a')}/thumbnail")

    assert plain.headers["content-type"] == "application/octet-stream"
    assert gallery.get(f"/variants/{image_id('b')}/thumbnail").status_code == 404
    assert gallery.get(f"/variants/{image_id('a')}/thumbnail?generation=4").status_code == 404
    buckets[UPLOADS].blob("secret.jpg").delete()


@pytest.mark.parametrize(
    "path", ["/images/x", f"/images/{image_id('z')}", "/variants/..%2f/x", "/no"]
)
def test_what_is_not_there_is_a_problem_with_a_code(gallery, path):
    answer = gallery.get(path)

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "not_found"
    assert "There is no such picture" in gallery.get(path, headers=PAGE).text


def test_the_form_streams_files_into_the_bucket(gallery, buckets):
    before = set(stored(buckets))
    files = [("files", ("my dog.jpg", b"1" * 100, "image/jpeg")), ("files", ("b.png", b"22"))]

    answer = gallery.post("/upload", files=files)

    assert answer.status_code == 201
    made = {name: blob for name, blob in stored(buckets).items() if name not in before}
    assert {image["name"] for image in answer.json()["images"]} == set(made)
    assert sorted(blob.size for blob in made.values()) == [2, 100]
    assert all(name.startswith("ada/") for name in made)


def test_a_browser_is_sent_back_to_the_page(gallery):
    files = [("files", ("a.jpg", b"1"))]

    answer = gallery.post("/upload", files=files, headers={**PAGE, "sec-fetch-site": "same-origin"})

    assert answer.status_code == 303
    assert "on its way" in gallery.get(answer.headers["location"], headers=PAGE).text


def test_what_is_refused_is_told_and_the_rest_is_stored(gallery, buckets):
    before = len(stored(buckets))
    files = [("files", ("<b>.txt", b"x", "text/plain")), ("files", ("a.jpg", b"x"))]

    page = gallery.post("/upload", files=files, headers=PAGE)
    answer = gallery.post("/upload", files=files)

    assert page.status_code == answer.status_code == 415
    assert "not accepted" in page.text
    assert "<b>" not in page.text
    assert answer.json()["refused"][0]["code"] == "unsupported_format"
    assert len(stored(buckets)) == before + 2


def test_memory_stays_bounded_while_a_large_file_streams(process, buckets):
    gallery, running_process = process
    status = Path(f"/proc/{running_process.pid}/status")
    gallery.post("/upload", files=[("files", ("small.png", b"x" * MB))])
    before = peak_kb(status)

    answer = gallery.post("/upload", files=[("files", ("large.png", bytes(40 * MB)))], timeout=60)

    assert answer.status_code == 201
    assert buckets[UPLOADS].get_blob(answer.json()["images"][0]["name"]).size == 40 * MB
    assert peak_kb(status) - before < 16 * 1024


def peak_kb(status):
    return int(status.read_text().partition("VmHWM:")[2].split()[0])


def test_a_file_or_form_that_is_too_large_is_refused(gallery, buckets):
    before = set(stored(buckets))

    file = gallery.post("/upload", files=[("files", ("a.png", bytes(49 * MB)))], timeout=60)
    form = announced(gallery, 65 * MB)

    assert (file.status_code, file.json()["code"]) == (413, "too_large")
    assert (form.status, json.load(form)["code"]) == (413, "form_too_large")
    assert set(stored(buckets)) == before


def announced(gallery, length):
    """Return the answer to a form of which only the length was sent."""
    connection = http.client.HTTPConnection("127.0.0.1", gallery.base_url.port, timeout=10)
    connection.putrequest("POST", "/upload")
    connection.putheader("Content-Length", str(length))
    connection.endheaders()
    return connection.getresponse()


def test_a_connection_that_is_cut_leaves_no_object(gallery, buckets):
    before = set(stored(buckets))
    head = b'--x\r\nContent-Disposition: form-data; name="f"; filename="a.jpg"\r\n\r\n'

    def half():
        yield head + bytes(3 * MB)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        gallery.post(
            "/upload", content=half(), headers={"content-type": "multipart/form-data; boundary=x"}
        )
    unfinished = gallery.post(
        "/upload",
        content=head + b"half a picture",
        headers={"content-type": "multipart/form-data; boundary=x"},
    )

    assert unfinished.json()["code"] == "no_form"
    assert set(stored(buckets)) == before


def test_a_form_of_another_site_is_refused(gallery, buckets):
    before = set(stored(buckets))
    files = [("files", ("a.jpg", b"1"))]

    answer = gallery.post("/upload", files=files, headers={"sec-fetch-site": "cross-site"})

    assert (answer.status_code, answer.json()["code"]) == (403, "foreign_form")
    assert set(stored(buckets)) == before


def test_without_an_uploads_bucket_there_is_no_form_but_a_clear_word(buckets, tmp_path):
    assert buckets
    with running(tmp_path, {"VARIANTS_BUCKET": VARIANTS, "UPLOAD_BUCKET": ""}) as (gallery, _):
        page = gallery.get("/", headers=PAGE).text
        answer = gallery.post("/upload", files=[("files", ("a.jpg", b"1"))])

    assert "UPLOAD_BUCKET is not set" in page
    assert "<form" not in page
    assert (answer.status_code, answer.json()["code"]) == (503, "uploads_off")


def test_an_uploads_bucket_that_is_not_there_is_told(buckets, tmp_path):
    assert buckets
    settings = {"VARIANTS_BUCKET": VARIANTS, "UPLOAD_BUCKET": "no-such-bucket"}
    with running(tmp_path, settings) as (gallery, _):
        answer = gallery.post("/upload", files=[("files", ("a.jpg", b"1"))])

    assert (answer.status_code, answer.json()["code"]) == (503, "google_unavailable")


def test_a_page_says_soon_that_firestore_is_away(tmp_path, local_cloud):
    assert local_cloud.url
    settings = {**SETTINGS, "FIRESTORE_EMULATOR_HOST": f"127.0.0.1:{free_ports(1)}"}
    with running(tmp_path, settings) as (gallery, _):
        page = gallery.get("/", headers=PAGE, timeout=15)

    assert page.status_code == 503
    assert "A Google service is unavailable" in page.text


def test_wrong_settings_stop_it_with_all_faults():
    settings = {"VARIANTS_BUCKET": "", "GALLERY_OWNER": "../x", "PORT": "many"}

    ended = subprocess.run(
        [sys.executable, "-m", "gallery"],
        check=False,
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        timeout=20,
    )

    assert ended.returncode == 1
    assert all(name in ended.stderr for name in settings)
    assert "Traceback" not in ended.stderr
