"""The service as a process, as Cloud Run and Cloud Tasks see it."""

import io
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import httpx
import pytest
from google.cloud import firestore
from google.cloud.storage import Bucket, Client
from PIL import Image

from safelight.google import make
from tests.local_cloud import LocalCloud, free_ports, wait_until
from thumbnailer.recipes import digest, load

EDITION = digest(load().sets["default"])


@dataclass
class Service:
    """The running thumbnailer, and what lies around it."""

    url: str
    process: subprocess.Popen[bytes]
    uploads: Bucket
    variants: Bucket
    records: firestore.CollectionReference

    def render(self, image_id: str, generation: int, **task: Any) -> httpx.Response:
        body = {
            "imageId": image_id,
            "bucket": self.uploads.name,
            "name": image_id,
            "generation": generation,
        }
        return httpx.post(f"{self.url}/tasks/render", json={**body, **task}, timeout=30)

    def expect(self, data: bytes, state: str = "rendering") -> tuple[str, int]:
        """Upload a picture, and write the record that the workflow would leave."""
        image_id = f"i{uuid4().hex}"
        blob = self.uploads.blob(image_id)
        blob.upload_from_string(data)
        original = {
            "bucket": self.uploads.name,
            "name": image_id,
            "generation": int(blob.generation),
        }
        self.records.document(image_id).set(
            {"imageId": image_id, "state": state, "original": original}
        )
        return image_id, int(blob.generation)

    def record(self, image_id: str) -> Mapping[str, Any]:
        return self.records.document(image_id).get().to_dict() or {}

    def timeline(self, image_id: str) -> list[str]:
        entries = self.records.document(image_id).collection("timeline").stream()
        return [entry.get("event") for entry in entries]


@pytest.fixture(scope="module")
def service(local_cloud: LocalCloud) -> Iterator[Service]:
    assert local_cloud.url
    buckets = make(Client)
    uploads, variants = (buckets.create_bucket(f"{name}-{uuid4()}") for name in ("u", "v"))
    url, process = start(variants.name)
    yield Service(url, process, uploads, variants, make(firestore.Client).collection("images"))
    process.terminate()
    assert process.wait(10) == 0
    buckets.close()


def start(variants: str) -> tuple[str, subprocess.Popen[bytes]]:
    """Start a thumbnailer on a free port; return its address when it is ready."""
    port = free_ports(1)
    variables = {"VARIANTS_BUCKET": variants, "PORT": str(port), "MAX_ATTEMPTS": "3"}
    process = subprocess.Popen([sys.executable, "-m", "thumbnailer"], env=os.environ | variables)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: is_ready(url), 20)
    return url, process


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def photo(**options: Any) -> bytes:
    image, target = Image.linear_gradient("L").resize((2000, 1500)).convert("RGB"), io.BytesIO()
    image.save(target, "JPEG", **options)
    return target.getvalue()


def test_a_picture_becomes_ready_with_variants_that_are_really_there(service: Service) -> None:
    image_id, generation = service.expect(photo())

    answer = service.render(image_id, generation, owner="Ada")

    assert answer.status_code == 200, answer.text
    assert answer.json()["outcome"] == "ready"
    record = service.record(image_id)
    assert record["state"] == "ready"
    assert service.timeline(image_id) == ["variants_published"]
    for name, size in {
        "thumbnail": (300, 300),
        "icon": (128, 128),
        "small": (100, 75),
        "display": (1600, 1200),
    }.items():
        variant = record["variants"][name]
        blob = service.variants.blob(f"{image_id}/{generation}/{EDITION}/{name}.jpg")
        data = blob.download_as_bytes()
        assert variant["uri"] == f"gs://{service.variants.name}/{blob.name}"
        assert Image.open(io.BytesIO(data)).size == size == (variant["width"], variant["height"])
        assert (len(data), blob.crc32c) == (variant["bytes"], variant["crc32c"])


def test_the_same_task_again_changes_nothing(service: Service) -> None:
    image_id, generation = service.expect(photo())
    service.render(image_id, generation)
    before = service.record(image_id)

    answer = service.render(image_id, generation)

    assert (answer.status_code, answer.json()["outcome"]) == (200, "stale")
    assert service.record(image_id) == before
    assert len(service.timeline(image_id)) == 1


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b"just text", "not_an_image"),
        (b"%PDF-1.4", "unsupported_format"),
        (photo()[:5000], "truncated"),
    ],
)
def test_what_cannot_be_rendered_is_recorded_and_not_retried(
    service: Service, data: bytes, code: str
) -> None:
    image_id, generation = service.expect(data)

    answer = service.render(image_id, generation)

    assert (answer.status_code, answer.json()["code"]) == (200, code)
    record = service.record(image_id)
    assert (record["state"], record["reason"]["code"]) == ("failed", code)
    assert service.timeline(image_id) == ["render_failed"]
    assert not list(service.variants.list_blobs(prefix=f"{image_id}/"))


def test_an_overwritten_original_waits_for_its_own_task(service: Service) -> None:
    image_id, generation = service.expect(photo())
    service.records.document(image_id).update({"original.generation": generation + 1})

    answer = service.render(image_id, generation)

    assert answer.json()["outcome"] == "stale"
    assert service.record(image_id)["state"] == "rendering"
    assert service.timeline(image_id) == []


def test_ten_pictures_at_a_time_are_all_rendered_once(service: Service) -> None:
    expected = [service.expect(photo(quality=50 + number)) for number in range(10)]

    with ThreadPoolExecutor(10) as executor:
        answers = list(executor.map(lambda one: service.render(*one), expected * 2))

    outcomes = sorted(answer.json()["outcome"] for answer in answers)
    assert outcomes == ["ready"] * 10 + ["stale"] * 10
    assert {service.record(image_id)["state"] for image_id, _ in expected} == {"ready"}


def test_renderers_that_are_killed_fail_no_picture(service: Service) -> None:
    children = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(service.process.pid)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    for child in children:
        os.kill(int(child), signal.SIGKILL)
    image_id, generation = service.expect(photo())

    assert service.render(image_id, generation).json()["outcome"] == "ready"


def test_a_service_that_stops_loses_no_picture(service: Service) -> None:
    url, process = start(service.variants.name)
    leaving = replace(service, url=url)
    expected = [service.expect(photo(quality=60 + number)) for number in range(12)]

    with ThreadPoolExecutor(12) as executor:
        answers = [executor.submit(leaving.render, *one) for one in expected]
        wait_until(lambda: any(answer.done() for answer in answers), 20)
        began = time.monotonic()
        process.terminate()
        status = process.wait(10)
        stopped_s = time.monotonic() - began

    assert (status, stopped_s < 10) == (0, True)
    states = {service.record(image_id)["state"] for image_id, _ in expected}
    assert states <= {"ready", "rendering"}
    for one in expected:
        service.render(*one)
    assert {service.record(image_id)["state"] for image_id, _ in expected} == {"ready"}
