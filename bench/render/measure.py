"""Contenders in turn, one picture each: ratios are taken between neighbours."""

import json
import statistics
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from bench.render.environment import command
from picture.process.children import MALLOC

Cost = Mapping[str, Any]


_OUR_MALLOC = "+malloc"
_AS_THEY_COME = ("sharp", "vips", "opencv")


class Contender:
    """A process that renders on demand.

    ``+malloc`` behind the name of a peer gives it the malloc settings that ours has.
    """

    def __init__(self, name: str, threads: int = 1) -> None:
        plain = name.removesuffix(_OUR_MALLOC)
        is_tuned = plain != name or not name.startswith(_AS_THEY_COME)
        arguments, variables = command(plain, threads)
        self._process = subprocess.Popen(
            arguments,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=variables | (MALLOC if is_tuned else {}),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()

    def render(self, path: Path, form: str = "jpeg", folder: Path | None = None) -> Cost:
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{path}\t{form}\t{folder or ''}\n")
        self._process.stdin.flush()
        told: Cost = json.loads(self._process.stdout.readline())
        return told


class Result:
    """What one contender cost, and what ours cost right before or after it."""

    def __init__(self) -> None:
        self.costs: list[Cost] = []
        self.ours: list[Cost] = []

    @property
    def cpu_ms(self) -> float:
        return statistics.median(cost["cpu_ms"] for cost in self.costs)

    @property
    def peak_mb(self) -> float:
        return max(float(cost["peak_mb"]) for cost in self.costs)

    @property
    def ratios(self) -> list[float]:
        """Ours to theirs, pair by pair."""
        pairs = zip(self.ours, self.costs, strict=True)
        return sorted(float(our["cpu_ms"]) / float(their["cpu_ms"]) for our, their in pairs)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)


def compare(path: Path, form: str, names: Sequence[str], rounds: int) -> dict[str, Result]:
    """Return what each contender cost beside ours."""
    with ExitStack() as stack:
        ours = stack.enter_context(Contender("ours"))
        others = {name: stack.enter_context(Contender(name)) for name in names}
        for contender in (ours, *others.values()):
            for _ in range(3):
                contender.render(path, form)
        results = {name: Result() for name in names}
        for number in range(rounds):
            for name, contender in others.items():
                pair = [ours, contender] if number % 2 else [contender, ours]
                costs = {one: one.render(path, form) for one in pair}
                results[name].ours.append(costs[ours])
                results[name].costs.append(costs[contender])
    return results
