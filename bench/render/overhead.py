"""What a task costs beside fetching, rendering and storing: the service on a local cloud."""

import statistics
import time
from typing import Any

from bench.render import fixtures, service

_TASKS = 30
_WARM_UP = 5
_WORK = ("fetch_original", "render", "store_variants")


def show() -> None:
    """Print the time of a task that is neither reading, rendering nor writing."""
    ((_, path),) = fixtures.build(["3-baseline"])
    with service.running() as running:
        original = running.upload(path)
        tasks = [running.expect(f"i{number}", original) for number in range(_WARM_UP + _TASKS)]
        told = [_spend(running, task) for task in tasks][_WARM_UP:]
    print("\noverhead of a task, with a local cloud, ms")
    print(f"  {statistics.median(told):.1f}, two calls of Firestore in it   goal 15")


def _spend(running: service.Service, task: dict[str, Any]) -> float:
    """Return the milliseconds beside the work."""
    began = time.perf_counter()
    outcome = running.render(task)
    wall_ms = (time.perf_counter() - began) * 1000
    assert outcome == "ready"
    operations = running.operations(task["imageId"])
    return wall_ms - sum(operations[name] for name in _WORK)
