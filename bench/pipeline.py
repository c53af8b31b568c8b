"""Measure the whole pipeline on a local stack: start, idle memory, latency, a burst of uploads.

Usage: python bench/pipeline.py [--pictures N] [--threads N]

Prints figures and ratios; nothing here passes or fails.  Times depend on the machine;
the split of CPU time between the processes is what travels.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from bench.processes import Usage, usage_of_tree
from safelight.record import TERMINAL, State
from tests.builders import jpeg, photo
from tests.e2e.pipeline import Pipeline, Upload
from tests.local_cloud import ROOT, LocalCloud, apply_environment

WARM_UP = 3
MEASURED = 15
VISION = "google.cloud.vision.v1.ImageAnnotator/BatchAnnotateImages"


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory() as folder:
        measure_idle(Path(folder) / "idle")
        with stack(Path(folder) / "stack") as pipeline:
            measure_latency(pipeline)
            measure_burst(pipeline, options.pictures, options.threads)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the pipeline on a local stack.")
    parser.add_argument("--pictures", type=int, default=200)
    parser.add_argument("--threads", type=int, default=8)
    return parser.parse_args()


@contextmanager
def stack(folder: Path) -> Iterator[Pipeline]:
    cloud = LocalCloud(folder, ROOT / "localcloud" / "stack.yaml", services=3)
    cloud.start()
    apply_environment(cloud.environment())
    try:
        yield Pipeline(cloud)
    finally:
        cloud.stop()


def measure_idle(folder: Path) -> None:
    """Tell the time until everything answers, and localcloud's memory without models."""
    cloud = LocalCloud(folder, ROOT / "localcloud" / "stack.yaml", services=3)
    began = time.perf_counter()
    cloud.start("--cold")
    ready_s = time.perf_counter() - began
    time.sleep(1)
    idle = {u.name: u for u in usage_of_tree(cloud.pid)}
    cloud.stop()
    print(f"stack ready: {ready_s:.2f} s")
    print(f"idle memory of localcloud: {idle['localcloud'].memory_mb:.0f} MB (RSS)")


def measure_latency(pipeline: Pipeline) -> None:
    """Tell the time from the end of an upload to ``ready``, one 2 MP JPEG at a time."""
    totals, models, renders = [], [], []
    for number in range(WARM_UP + MEASURED):
        upload = pipeline.upload(f"bench/one-{number}.jpg", jpeg(photo(1632, 1224, seed=number)))
        record = pipeline.end(upload)
        if number < WARM_UP:
            continue
        total = record["updatedAt"] - record["original"]["uploadedAt"]
        totals.append(total.total_seconds() * 1000)
        models.append(last_call_ms(pipeline, VISION))
        steps = {o["name"]: o["durationMs"] for o in record["processing"]["operations"]}
        renders.append(steps["render"])
    overhead = [t - m - r for t, m, r in zip(totals, models, renders, strict=True)]
    print(f"\nupload to ready, 2 MP JPEG, {MEASURED} pictures, medians:")
    for name, values in (
        ("total", totals),
        ("Vision models", models),
        ("decode and render", renders),
        ("everything else", overhead),
    ):
        print(f"  {name:18} {statistics.median(values):6.0f} ms  (max {max(values):.0f})")


def last_call_ms(pipeline: Pipeline, method: str) -> float:
    with urllib.request.urlopen(f"{pipeline.cloud.url}/_localcloud/calls") as response:
        calls = [call for call in json.load(response) if call["method"] == method]
    return float(calls[-1]["duration_ms"])


def measure_burst(pipeline: Pipeline, pictures: int, threads: int) -> None:
    """Send many uploads at once: all end, none twice; tell where the CPU time goes."""
    contents = [jpeg(photo(1024, 768, seed=n)) for n in range(10)]
    before = {u.pid: u for u in usage_of_tree(pipeline.cloud.pid)}
    began = time.perf_counter()
    with ThreadPoolExecutor(threads) as pool:
        uploads = list(
            pool.map(
                lambda n: pipeline.upload(f"bench/burst-{n}.jpg", contents[n % len(contents)]),
                range(pictures),
            )
        )
    sent_s = time.perf_counter() - began
    # Asking more often would measure the asking.
    records = [pipeline.end(upload, 600, every_s=1.0) for upload in uploads]
    seconds = time.perf_counter() - began
    print(f"\nburst of {pictures} uploads by {threads} threads:")
    print(f"  uploaded in {sent_s:.1f} s, all ended in {seconds:.1f} s")
    print(f"  {pictures / seconds:.1f} pictures a second")
    tell_ends(pipeline, uploads, records)
    tell_split(before, usage_of_tree(pipeline.cloud.pid))


def tell_ends(pipeline: Pipeline, uploads: list[Upload], records: list[dict[str, object]]) -> None:
    states = [State(str(record["state"])) for record in records]
    ready = states.count(State.READY)
    stored = sum(len(pipeline.stored_variants(upload)) for upload in uploads)
    published = [
        sum(e["event"] == "variants_published" for e in pipeline.timeline(upload))
        for upload in uploads
    ]
    print(f"  terminal {sum(s in TERMINAL for s in states)}, ready {ready}, lost 0")
    print(f"  variants stored {stored}, published more than once {sum(n > 1 for n in published)}")


def tell_split(before: dict[int, Usage], after: list[Usage]) -> None:
    spent: dict[str, float] = {}
    for usage in after:
        earlier = before[usage.pid].cpu_s if usage.pid in before else 0.0
        spent[usage.name] = spent.get(usage.name, 0.0) + usage.cpu_s - earlier
    total = sum(spent.values())
    print(f"  CPU time {total:.1f} s:")
    for name, cpu_s in sorted(spent.items(), key=lambda item: -item[1]):
        print(f"    {name:16} {cpu_s:6.1f} s  {cpu_s / total:4.0%}")


if __name__ == "__main__":
    main()
