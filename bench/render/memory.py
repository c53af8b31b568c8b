"""How much memory the rendering processes need: at most, two at a time, and when they rest."""

import os
import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.render import fixtures, mixture
from bench.render.contenders import order
from picture.limits import Limits
from picture.refusals import Refusal
from thumbnailer.renderer import Renderer

_FORMS = ("jpeg", "webp")
# A process is replaced after 500 pictures: these are the last of two of them.
_COUNTS = (10, 499, 999)
# A process gives memory back when it has been idle for ten seconds.
_REST_S = 11


def show() -> None:
    """Print the peaks of fresh processes for a picture each, and what stays after many."""
    paths = dict(fixtures.build(["12-baseline", "24-baseline", "50-baseline"]))
    print("\nmemory of rendering processes, resident MB")
    for name, path in paths.items():
        (peak,) = _peaks_mb([path])
        print(f"  peak, {name:12} {peak:4.0f}   goal 75")
    two = _peaks_mb([paths["12-baseline"]] * 2)
    print(f"  peaks of two, 12-baseline each, in sum {sum(two):.0f}   goal 130")
    told = ", ".join(f"{count}: {mb:.0f}" for count, mb in _idle_mb(_COUNTS))
    print(f"  idle after so many mixed pictures  {told}   goal 10 more")


def _peaks_mb(paths: list[Path]) -> list[float]:
    """Return the peaks of as many fresh processes, each with a picture at the same time."""
    with _renderer(len(paths)) as renderer, ThreadPoolExecutor(len(paths)) as pool:
        return list(pool.map(lambda path: _render(renderer, path, "jpeg"), paths))


def _idle_mb(counts: tuple[int, ...]) -> Iterator[tuple[int, float]]:
    with _renderer(1) as renderer:
        for number, path in enumerate(mixture.sequence(max(counts)), 1):
            with suppress(Refusal):
                _render(renderer, path, _FORMS[number % 2])
            if number in counts:
                time.sleep(_REST_S)
                yield number, sum(_resident_mb(pid) for pid in _children())


@contextmanager
def _renderer(count: int) -> Iterator[Renderer]:
    renderer = Renderer(count, Limits())
    try:
        renderer.warm_up()
        yield renderer
    finally:
        renderer.close()


def _render(renderer: Renderer, path: Path, form: str) -> float:
    """Return the peak of the process, in MB."""
    file = os.memfd_create("original")
    try:
        os.write(file, path.read_bytes())
        return renderer.render(file, order(form)).peak_rss_kb / 1024
    finally:
        os.close(file)


def _children() -> list[int]:
    return [int(pid) for pid in Path("/proc/thread-self/children").read_text().split()]


def _resident_mb(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 2**20
