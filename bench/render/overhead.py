"""What a task costs beside fetching, rendering and storing: the service on a local cloud."""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import Any

from google.cloud import firestore
from google.cloud.storage import Client

from bench.render import fixtures
from safelight.google import make
from tests.local_cloud import LocalCloud, apply_environment, free_ports, wait_until

_TASKS = 30
_WARM_UP = 5
_WORK = ("fetch_original", "render", "store_variants")


def show() -> None:
    """Print the time of a task that is neither reading, rendering nor writing."""
    ((_, path),) = fixtures.build(["3-baseline"])
    with tempfile.TemporaryDirectory() as folder, LocalCloud(Path(folder)) as cloud:
        cloud.start("--cold")
        apply_environment(cloud.environment())
        buckets, records = make(Client), make(firestore.Client).collection("images")
        for name in ("bench-in", "bench-out"):
            buckets.create_bucket(name)
        port = free_ports(1)
        variables = {"VARIANTS_BUCKET": "bench-out", "PORT": str(port)}
        command = [sys.executable, "-m", "thumbnailer"]
        with subprocess.Popen(
            command, env=os.environ | variables, stdout=subprocess.DEVNULL
        ) as service:
            wait_until(lambda: _is_ready(port), 30)
            told = [
                _spend(port, _expect(buckets, records, path, number))
                for number in range(_WARM_UP + _TASKS)
            ][_WARM_UP:]
            service.terminate()
    print("\noverhead of a task, with a local cloud, ms")
    print(f"  {statistics.median(told):.1f}, two calls of Firestore in it   goal 15")


def _expect(buckets: Client, records: Any, path: Path, number: int) -> dict[str, Any]:
    """Store an original and its record; return the task."""
    blob = buckets.bucket("bench-in").blob(f"{number}.jpg")
    blob.upload_from_filename(str(path))
    generation = int(blob.generation)
    original = {"bucket": "bench-in", "name": blob.name, "generation": generation}
    record = {"imageId": f"i{number}", "state": "rendering", "original": original}
    records.document(f"i{number}").set(record)
    return {"imageId": f"i{number}", "owner": "Ada", **original}


def _spend(port: int, task: dict[str, Any]) -> float:
    """Return the milliseconds beside the work."""
    began = time.perf_counter()
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/tasks/render",
        json.dumps(task).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert json.load(answer)["outcome"] == "ready"
    wall_ms = (time.perf_counter() - began) * 1000
    operations = _operations(task["imageId"])
    work_ms = sum(operations[name] for name in _WORK)
    return wall_ms - work_ms


def _operations(image_id: str) -> dict[str, float]:
    record = make(firestore.Client).collection("images").document(image_id).get().to_dict() or {}
    return {one["name"]: one["durationMs"] for one in record["processing"]["operations"]}


def _is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz"):
            return True
    except OSError:
        return False
