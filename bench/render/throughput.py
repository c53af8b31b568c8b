"""How many pictures a second two processes render, beside one, and beside sharp."""

import os
import statistics
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.render import fixtures
from bench.render.contenders import order
from bench.render.measure import Contender
from picture.limits import Limits
from thumbnailer.renderer import Renderer

_PICTURES = 24
_ROUNDS = 5


def show() -> None:
    """Print how many pictures a second one and two processes render, ours and sharp's."""
    ((_, path),) = fixtures.build(["12-baseline"])
    ratios: dict[str, list[float]] = {"one": [], "sharp": [], "sharp-clone": []}
    for _ in range(_ROUNDS):
        two = _per_second(path, 2)
        ratios["one"].append(two / _per_second(path, 1))
        for name in ("sharp", "sharp-clone"):
            ratios[name].append(two / _sharp_per_second(name, path))
    medians = {name: statistics.median(values) for name, values in ratios.items()}
    print("\ntwo processes on two cores, pictures a second")
    print(f"  of one process   {medians['one']:.2f}   goal 1.85")
    print(f"  of sharp         {medians['sharp']:.2f}   goal 2.0")
    print(f"  of sharp-clone   {medians['sharp-clone']:.2f}   goal 4.4")


def _per_second(path: Path, count: int) -> float:
    data, wanted = path.read_bytes(), order("jpeg")
    renderer = Renderer(count, Limits())
    renderer.warm_up()

    def render(_: int) -> None:
        file = os.memfd_create("original")
        os.write(file, data)
        renderer.render(file, wanted)
        os.close(file)

    try:
        with ThreadPoolExecutor(count) as pool:
            list(pool.map(render, range(2 * count)))
            began = time.perf_counter()
            list(pool.map(render, range(_PICTURES)))
            return _PICTURES / (time.perf_counter() - began)
    finally:
        renderer.close()


def _sharp_per_second(name: str, path: Path) -> float:
    """Two workers, each with as many threads as sharp takes by itself."""
    with Contender(name, 0) as one, Contender(name, 0) as other, ThreadPoolExecutor(2) as pool:
        pair = (one, other)
        list(pool.map(lambda worker: worker.render(path), pair))
        began = time.perf_counter()
        list(pool.map(lambda n: pair[n].render(path), [0, 1]))
        rounds = max(1, _PICTURES // 2 // 2)
        list(pool.map(lambda n: [pair[n].render(path) for _ in range(rounds - 1)], [0, 1]))
        return 2 * rounds / (time.perf_counter() - began)
