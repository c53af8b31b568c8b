"""Measure the renderer against the floor and against Pillow as tutorials use it.

Usage: python bench/render/compare.py [--rounds N] [--all] [FIXTURE…]

Contenders run in turn, one picture each, on one pinned core; the ratio is taken round by
round and the median is shown.  Ratios travel between machines, times do not.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
sys.path.insert(0, str(ROOT))

from bench.render import fixtures  # noqa: E402 -- found through the line above
from bench.render.contenders import CONTENDERS, steps  # noqa: E402 -- the same
from picture.children import MALLOC  # noqa: E402 -- the same

QUICK = ["12-baseline", "50-baseline", "12-progressive"]
ALL = [
    *("12-baseline", "24-baseline", "50-baseline"),
    *("12-progressive", "50-progressive", "12-png", "12-webp"),
]


class Contender:
    """A process that renders on demand."""

    def __init__(self, name: str) -> None:
        command = [sys.executable, str(ROOT / "bench/render/worker.py"), name]
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | MALLOC,
        )

    def render(self, path: Path) -> Mapping[str, Any]:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{path}\n")
        self._process.stdin.flush()
        told: Mapping[str, Any] = json.loads(self._process.stdout.readline())
        return told

    def close(self) -> None:
        self._process.communicate()


def main() -> None:
    options = _options()
    names = options.fixtures or (ALL if options.all else QUICK)
    # One core for all: contenders must not run beside each other. Children inherit it.
    os.sched_setaffinity(0, {0})
    folder = Path(tempfile.gettempdir()) / "safelight-bench"
    for name, path in fixtures.build(folder, names):
        told = measure(path, options.rounds)
        print(f"\n{name}: {path.stat().st_size / 1e6:.1f} MB")
        show(told)
        print("  where our time goes (ms):", _steps(path))


def measure(path: Path, rounds: int) -> dict[str, list[Mapping[str, Any]]]:
    """Return what each contender told in each round, after one to warm up."""
    contenders = {name: Contender(name) for name in CONTENDERS}
    told: dict[str, list[Mapping[str, Any]]] = {name: [] for name in contenders}
    for number in range(rounds + 1):
        turn = number % len(contenders)
        for name in [*list(contenders)[turn:], *list(contenders)[:turn]]:
            told[name].append(contenders[name].render(path))
    for contender in contenders.values():
        contender.close()
    return {name: results[1:] for name, results in told.items()}


def show(told: Mapping[str, list[Mapping[str, Any]]]) -> None:
    print(f"  {'':10} {'CPU ms':>8} {'ours / it':>10} {'peak MB':>8}  bytes")
    ours = [result["cpu_ms"] for result in told["ours"]]
    for name, results in told.items():
        cpu = [result["cpu_ms"] for result in results]
        ratio = statistics.median(one / other for one, other in zip(ours, cpu, strict=True))
        peak = max(result["peak_mb"] for result in results)
        sizes = " ".join(f"{key} {size}" for key, size in results[0]["bytes"].items())
        print(f"  {name:10} {statistics.median(cpu):8.1f} {ratio:10.3f} {peak:8.0f}  {sizes}")


def _steps(path: Path) -> str:
    data = path.read_bytes()
    steps(data)
    spent = steps(data)
    return ", ".join(f"{name} {ms:.1f}" for name, ms in spent.items() if ms >= 0.05)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure the renderer against its peers.")
    parser.add_argument("fixtures", nargs="*", metavar="FIXTURE", help=", ".join(ALL))
    parser.add_argument("--rounds", type=int, default=9, help="(default: %(default)s)")
    parser.add_argument("--all", action="store_true", help="all fixtures, not only the quick ones")
    return parser.parse_args()


if __name__ == "__main__":
    main()
