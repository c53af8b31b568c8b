"""The service on a local cloud, and tasks for it."""

import json
import os
import subprocess
import sys
import tempfile
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.cloud import firestore
from google.cloud.storage import Client

from safelight.google import make
from tests.local_cloud import LocalCloud, apply_environment, free_ports, wait_until

_IN, _OUT = "bench-in", "bench-out"


@dataclass(frozen=True)
class Service:
    """A running thumbnailer, and what it works on."""

    pid: int
    port: int
    buckets: Client
    records: Any

    def upload(self, path: Path) -> dict[str, Any]:
        """Store an original; return where it is."""
        blob = self.buckets.bucket(_IN).blob(path.name)
        blob.upload_from_filename(str(path))
        return {"bucket": _IN, "name": path.name, "generation": int(blob.generation)}

    def expect(self, image_id: str, original: dict[str, Any]) -> dict[str, Any]:
        """Write a record that waits for its variants; return the task."""
        record = {"imageId": image_id, "state": "rendering", "original": original}
        self.records.document(image_id).set(record)
        return {"imageId": image_id, "owner": "Ada", **original}

    def render(self, task: dict[str, Any]) -> str:
        """Post a task, and return its outcome."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/tasks/render",
            json.dumps(task).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request) as answer:
            return str(json.load(answer)["outcome"])

    def operations(self, image_id: str) -> dict[str, float]:
        """Return the milliseconds of each operation, as the record tells them."""
        record = self.records.document(image_id).get().to_dict() or {}
        return {one["name"]: one["durationMs"] for one in record["processing"]["operations"]}


@contextmanager
def running() -> Iterator[Service]:
    """Run a local cloud and the service, until it is left."""
    with tempfile.TemporaryDirectory() as folder, LocalCloud(Path(folder)) as cloud:
        cloud.start("--cold")
        apply_environment(cloud.environment())
        buckets, records = make(Client), make(firestore.Client).collection("images")
        for name in (_IN, _OUT):
            buckets.create_bucket(name)
        port = free_ports(1)
        variables = {"VARIANTS_BUCKET": _OUT, "PORT": str(port)}
        command = [sys.executable, "-m", "thumbnailer"]
        with subprocess.Popen(
            command, env=os.environ | variables, stdout=subprocess.DEVNULL
        ) as process:
            try:
                wait_until(lambda: _is_ready(port), 60)
                yield Service(process.pid, port, buckets, records)
            finally:
                process.terminate()


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
            return True
    except OSError:
        return False
