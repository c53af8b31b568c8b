"""The running thumbnailer, and what lies around it."""

import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import httpx
from google.cloud import firestore
from google.cloud.storage import Bucket, Client
from PIL import Image

from safelight.google import make
from tests.local_cloud import free_ports, wait_until


@dataclass
class Service:
    """A thumbnailer as a process, with buckets of its own."""

    url: str
    process: subprocess.Popen[bytes]
    uploads: Bucket
    variants: Bucket
    records: firestore.CollectionReference

    def expect(self, data: bytes, state: str = "rendering", name: str = "") -> tuple[str, int]:
        """Upload a picture, and write the record that the workflow would leave."""
        image_id = f"i{uuid4().hex}"
        blob = self.uploads.blob(name or image_id)
        blob.upload_from_string(data)
        original = {
            "bucket": self.uploads.name,
            "name": blob.name,
            "generation": int(blob.generation),
        }
        self.records.document(image_id).set(
            {"imageId": image_id, "state": state, "original": original}
        )
        return image_id, int(blob.generation)

    def render(self, image_id: str, generation: int, **task: Any) -> httpx.Response:
        body = {
            "imageId": image_id,
            "bucket": self.uploads.name,
            "name": image_id,
            "generation": generation,
        }
        return httpx.post(f"{self.url}/tasks/render", json={**body, **task}, timeout=30)

    def rendered(self, data: bytes, **task: Any) -> Mapping[str, Any]:
        """Return the variants of a picture in its record, when it is ready."""
        image_id, generation = self.expect(data, name=task.get("name", ""))
        answer = self.render(image_id, generation, **task)
        assert answer.json()["outcome"] == "ready", answer.text
        variants: Mapping[str, Any] = self.record(image_id)["variants"]
        return variants

    def read(self, variant: Mapping[str, Any]) -> bytes:
        """Return what lies where the record says that the variant is."""
        name = variant["uri"].removeprefix(f"gs://{self.variants.name}/")
        content: bytes = self.variants.blob(name).download_as_bytes()
        return content

    def record(self, image_id: str) -> Mapping[str, Any]:
        return self.records.document(image_id).get().to_dict() or {}

    def timeline(self, image_id: str) -> list[str]:
        entries = self.records.document(image_id).collection("timeline").stream()
        return [entry.get("event") for entry in entries]


@contextmanager
def serving(**settings: str) -> Iterator[Service]:
    """Run a thumbnailer, and see it end in order."""
    buckets = make(Client)
    uploads, variants = (buckets.create_bucket(f"{name}-{uuid4()}") for name in ("u", "v"))
    url, process = start(variants.name, **settings)
    yield Service(url, process, uploads, variants, make(firestore.Client).collection("images"))
    process.terminate()
    assert process.wait(10) == 0
    buckets.close()


def start(variants: str, **settings: str) -> tuple[str, subprocess.Popen[bytes]]:
    """Start a thumbnailer on a free port; return its address when it is ready."""
    port = free_ports(1)
    variables = {"VARIANTS_BUCKET": variants, "PORT": str(port), "MAX_ATTEMPTS": "3", **settings}
    process = subprocess.Popen([sys.executable, "-m", "thumbnailer"], env=os.environ | variables)
    url = f"http://127.0.0.1:{port}"
    wait_until(lambda: is_ready(url), 20)
    return url, process


def is_ready(url: str) -> bool:
    try:
        return httpx.get(f"{url}/readyz").status_code == 200
    except httpx.TransportError:
        return False


def photo(size: tuple[int, int] = (2000, 1500), **options: Any) -> bytes:
    image, target = Image.linear_gradient("L").resize(size).convert("RGB"), io.BytesIO()
    image.save(target, "JPEG", **options)
    return target.getvalue()
