"""Measure the metadata function against a bare decode and encode of the same picture.

Usage: python bench/metadata.py [--rounds N]

A running function inspects a 24-megapixel JPEG from the local cloud's bucket, stores its
rendition, and describes it.  Its peer, in turns with it, is libjpeg-turbo alone: decode at the
scale that holds 1600 pixels, encode 1600 pixels.  Prints ratios; nothing here passes or fails.
"""

import argparse
import io
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

import httpx
from google.cloud import storage
from PIL import Image, ImageChops

from bench.processes import usage_of_tree
from tests.builders import jpeg, photo
from tests.local_cloud import LocalCloud, apply_environment, free_ports, wait_until

SIZE = (6000, 4000)
SEEN = (1600, 1067)
QUALITY = 85
SAFE = {"safeSearchAnnotation": dict.fromkeys(("adult", "violence", "racy"), "VERY_UNLIKELY")}
WARM_UP = 2


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the metadata function.")
    parser.add_argument("--rounds", type=int, default=11)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder, function(Path(folder)) as (client, pid):
        measure_large(client, pid, rounds)
        measure_saving(client, rounds)


@contextmanager
def function(folder: Path) -> Iterator[tuple[httpx.Client, int]]:
    """Provide a client of a running function with one child, and the function's process."""
    port = str(free_ports(1))
    settings = {"CHILDREN": "1", "ANALYSIS_BUCKET": "analysis", "PORT": port}
    with LocalCloud(folder / "cloud") as cloud, (folder / "log").open("wb") as log:
        cloud.start("--cold")
        apply_environment(cloud.environment())
        for name in ("uploads", "analysis"):
            storage.Client().create_bucket(name)
        command = [sys.executable, "-m", "metadata"]
        process = subprocess.Popen(command, env={**os.environ, **settings}, stdout=log, stderr=log)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
            wait_until(lambda: answers(client), 20)
            yield client, process.pid
        process.terminate()
        process.wait()
        cloud.stop()


def answers(client: httpx.Client) -> bool:
    try:
        return client.post("/").status_code == 404
    except httpx.TransportError:
        return False


def measure_large(client: httpx.Client, pid: int, rounds: int) -> None:
    large = jpeg(grainy(photo(*SIZE)))
    pixels = Image.open(io.BytesIO(large)).convert("RGB").resize(SEEN)
    idle_mb = memory_mb(pid)
    ours, peers = [], []
    for number in range(WARM_UP + rounds):
        request = stored(f"{number}.jpg", unlike(large, number))
        peers.append(seconds(lambda: bare(large, pixels)))
        ours.append(seconds(lambda request=request: go(client, request)))
    ratios = [mine / peer for mine, peer in zip(ours, peers, strict=True)][WARM_UP:]
    print(f"24 megapixels, {len(large) / 1e6:.1f} MB, {rounds} rounds, medians:")
    print(f"  libjpeg-turbo alone            {statistics.median(peers[WARM_UP:]) * 1000:6.0f} ms")
    print(f"  inspect, rendition, describe   {statistics.median(ours[WARM_UP:]) * 1000:6.0f} ms")
    print(f"  ratio                          {statistics.median(ratios):6.2f}", end="")
    print(f"  (from {min(ratios):.2f} to {max(ratios):.2f})")
    print(
        f"  memory above idle, at its peak {peak_mb(pid) - idle_mb:6.0f} MB (RSS, both processes)"
    )


def measure_saving(client: httpx.Client, rounds: int) -> None:
    """Tell what it saves that a small upright JPEG needs no rendition."""
    turned = Image.Exif()
    turned[0x0112] = 6
    picture = photo(1600, 1200)
    cases = {"as it lies": jpeg(picture), "by its rendition": jpeg(picture, exif=turned)}
    times: dict[str, list[float]] = {name: [] for name in cases}
    for number in range(WARM_UP + rounds):
        for name, data in cases.items():
            request = stored(f"{name}/{number}.jpg", unlike(data, number))
            times[name].append(seconds(lambda request=request: go(client, request)))
    print("1600 x 1200 JPEG, judged")
    for name, taken in times.items():
        print(f"  {name:30} {statistics.median(taken[WARM_UP:]) * 1000:6.0f} ms")


def grainy(picture: Image.Image) -> Image.Image:
    """Return the picture with the grain of a sensor, which is what fills a camera's files."""
    grain = Image.effect_noise(picture.size, 8).convert("RGB")
    return ImageChops.add(picture, grain, offset=-128)


def unlike(data: bytes, number: int) -> bytes:
    """Return the same picture as another content: a comment of the number behind its start."""
    comment = f"{number:08}".encode()
    return data[:2] + b"\xff\xfe" + (len(comment) + 2).to_bytes(2, "big") + comment + data[2:]


def stored(name: str, data: bytes) -> dict[str, Any]:
    blob = storage.Client().bucket("uploads").blob(name)
    blob.upload_from_string(data, content_type="image/jpeg")
    return {"bucket": "uploads", "name": name, "generation": blob.generation}


def go(client: httpx.Client, request: dict[str, Any]) -> None:
    """Go the way of the workflow, but for Vision."""
    found = client.post("/inspect", json=request).raise_for_status().json()
    seen = {"responses": [SAFE], "examination": found["examination"]}
    told = client.post("/describe", json={**request, **seen}).raise_for_status().json()
    assert told["outcome"] == "approved", told


def bare(data: bytes, pixels: Image.Image) -> None:
    image = Image.open(io.BytesIO(data))
    image.draft("RGB", SEEN)
    image.load()
    pixels.save(io.BytesIO(), "JPEG", quality=QUALITY)


def seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def memory_mb(pid: int) -> float:
    return sum(usage.memory_mb for usage in usage_of_tree(pid))


def peak_mb(pid: int) -> float:
    """Return the sum of the most that each process has used."""
    statuses = (Path(f"/proc/{usage.pid}/status") for usage in usage_of_tree(pid))
    lines = [line for status in statuses for line in status.read_text().splitlines()]
    return sum(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


if __name__ == "__main__":
    main()
