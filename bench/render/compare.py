"""Measure the renderer against the floor, against Pillow as tutorials use it, and more peers.

Usage: python bench/render/compare.py [--all] [--rounds N]

Contenders run in turn, one picture each, on one pinned core; ratios are taken between
neighbours and their median is shown. Ratios travel between machines, times do not.
Without ``--all`` only the JPEG jobs run, against the floor and the tutorial.
"""

import argparse
import contextlib
import os
import platform
import statistics
import sys
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from bench.render import (  # noqa: E402 -- found through the line above
    colour,
    fixtures,
    memory,
    overhead,
    quality,
    soak,
    start,
    throughput,
)
from bench.render.contenders import steps  # noqa: E402 -- the same
from bench.render.environment import PYTHON_PEERS, SHARP  # noqa: E402 -- the same
from bench.render.measure import Result, compare  # noqa: E402 -- the same


@dataclass(frozen=True)
class Job:
    """A picture and a format; ours may cost so many times what each contender costs."""

    fixture: str
    goals: dict[str, float | None]
    form: str = "jpeg"
    others: dict[str, float | None] = field(default_factory=dict)
    """Contenders of the whole table only."""


JOBS = [
    Job(
        "12-baseline",
        {"turbo": 1.25, "tutorial": 0.14},
        others={
            "service": None,
            "sharp": 0.50,
            "sharp+malloc": None,
            "sharp-clone": 0.22,
            "sharp-firebase": 0.18,
            "vips": 0.75,
            "vips+malloc": None,
            "vips-each": 0.32,
            "opencv": None,
            "thumbnail": None,
        },
    ),
    Job("50-baseline", {"turbo": 1.10, "tutorial": None}),
    Job("3-baseline", {"turbo": 1.40, "tutorial": None}),
    Job("12-progressive", {"turbo": 0.70, "tutorial": None}),
]
MORE_JOBS = [
    Job("50-progressive", {"turbo": 0.45}),
    Job("24-baseline", {"turbo": None, "sharp": None, "vips": None}),
    Job("12-baseline", {"floor": 0.60, "sharp": 0.45, "vips-effort2": 0.80}, "webp"),
    Job("12-png", {"vips": 1.0, "sharp": None}),
    Job("12-webp", {"vips": 1.0, "sharp": None}),
]


def main() -> None:
    options = _options()
    print(_machine())
    with contextlib.suppress(PermissionError):
        # Whatever else runs here would empty the caches in between.
        os.setpriority(os.PRIO_PROCESS, 0, -15)
    # One core for all: contenders must not run beside each other. Children inherit it.
    cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(cores)})
    for job in [*JOBS, *(MORE_JOBS if options.all else [])]:
        ((name, path),) = fixtures.build([job.fixture])
        goals = {**job.goals, **(job.others if options.all else {})}
        results = compare(path, job.form, list(goals), options.rounds)
        print(f"\n{name} ({path.stat().st_size / 1e6:.1f} MB) to 3 {job.form}")
        show(results, goals)
        print("  where our time goes (ms):", _steps(path, job.form))
    quality.show()
    os.sched_setaffinity(0, cores)
    if options.all:
        for measure in (colour, throughput, memory, start, overhead, soak):
            measure.show()


def show(results: dict[str, Result], goals: dict[str, float | None]) -> None:
    ours = [cost for result in results.values() for cost in result.ours]
    cpu_ms = statistics.median(cost["cpu_ms"] for cost in ours)
    print(f"  {'':16} {'CPU ms':>8} {'ours / it':>10} {'spread':>13} {'goal':>6}  peak MB  KB")
    sizes, peak_mb = _kilobytes(ours[0]["bytes"]), max(cost["peak_mb"] for cost in ours)
    print(f"  {'ours':16} {cpu_ms:8.1f} {'':10} {'':13} {'':6} {peak_mb:8.0f}  {sizes}")
    for name, result in results.items():
        spread = f"{result.ratios[0]:.2f}..{result.ratios[-1]:.2f}"
        goal = f"{goals[name]:.2f}" if goals[name] else ""
        row = f"  {name:16} {result.cpu_ms:8.1f} {result.ratio:10.3f} {spread:>13} {goal:>6}"
        print(f"{row} {result.peak_mb:8.0f}  {_kilobytes(result.costs[0]['bytes'])}")


def _kilobytes(sizes: dict[str, int]) -> str:
    return " ".join(f"{name} {sizes[name] / 1000:.0f}" for name in sorted(sizes))


def _steps(path: Path, form: str) -> str:
    spent = steps(path.read_bytes(), form)
    return ", ".join(f"{name} {ms:.1f}" for name, ms in spent.items() if ms >= 0.05)


def _machine() -> str:
    models = {
        line.partition(":")[2].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    }
    versions = f"Python {platform.python_version()}, {', '.join((*PYTHON_PEERS, SHARP))}"
    return f"{', '.join(models)}, {os.cpu_count()} CPUs\n{versions}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the renderer against its peers.")
    parser.add_argument("--rounds", type=int, default=9, help="(default: %(default)s)")
    parser.add_argument("--all", action="store_true", help="the whole table, with all peers")
    return parser.parse_args()


if __name__ == "__main__":
    main()
