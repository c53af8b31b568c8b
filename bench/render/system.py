"""What one picture after another does not show: two at a time, memory, the start."""

import os
import resource
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from bench.render import fixtures
from bench.render.contenders import order
from bench.render.measure import Contender
from picture.limits import Limits
from thumbnailer.renderer import Renderer

ROOT = Path(__file__).parent.parent.parent
_PICTURES = 24
_ROUNDS = 5


def show() -> None:
    paths = dict(fixtures.build(["12-baseline", "24-baseline", "50-baseline", "3-baseline"]))
    show_throughput(paths["12-baseline"])
    show_memory(paths)
    show_start()


def show_throughput(path: Path) -> None:
    """Print how many pictures a second one and two processes render, ours and sharp's."""
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


def show_memory(paths: dict[str, Path]) -> None:
    """Print the peak of a fresh process for each picture, and what stays after many."""
    print("\nmemory of a rendering process, MB")
    for name in ("12-baseline", "24-baseline", "50-baseline"):
        print(f"  peak, {name:12} {_peak_mb(paths[name]):4.0f}   goal 75 ")
    few, many = _idle_mb(list(paths.values()), (10, 1000))
    print(f"  idle after 10 pictures {few:.0f}, after 1000 {many:.0f}   goal 10 more")


def _peak_mb(path: Path) -> float:
    renderer = Renderer(1, Limits())
    renderer.warm_up()
    try:
        with path.open("rb") as file:
            return renderer.render(file.fileno(), order("jpeg")).peak_rss_kb / 1024
    finally:
        renderer.close()


def _idle_mb(paths: list[Path], counts: tuple[int, int]) -> list[float]:
    renderer = Renderer(1, Limits())
    renderer.warm_up()
    told, done = [], 0
    try:
        for count in counts:
            for number in range(done, count):
                # The large ones now and then: a thousand of them would take minutes.
                path = paths[-1] if number % 25 else paths[number // 25 % len(paths)]
                with path.open("rb") as file:
                    renderer.render(file.fileno(), order("jpeg"))
            done = count
            # A process gives memory back when it has been idle for ten seconds.
            time.sleep(11)
            told.append(_resident_mb(renderer))
    finally:
        renderer.close()
    return told


def _resident_mb(renderer: Renderer) -> float:
    (pid,) = [int(pid) for pid in Path("/proc/thread-self/children").read_text().split()][-1:]
    del renderer
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * resource.getpagesize() / 1e6


_PLAIN_SERVICE = """
import functions_framework
from google.cloud import firestore, storage, tasks_v2, vision

@functions_framework.http
def main(request):
    return "ok"
"""


def show_start() -> None:
    """Print the time from the start of the service to its first answer, beside a plain one."""
    source = fixtures.FOLDER / "plain_service.py"
    source.write_text(_PLAIN_SERVICE)
    ours = [sys.executable, "-m", "thumbnailer"]
    plain = [sys.executable, "-m", "functions_framework", "--target", "main", "--source"]
    ratios = []
    for _ in range(_ROUNDS):
        theirs_s = _start_s([*plain, str(source)], "/")
        ratios.append(_start_s(ours, "/healthz") / theirs_s)
    print("\nstart to first answer, bytecode compiled")
    ratio = statistics.median(ratios)
    print(f"  of functions-framework with the four clients {ratio:.2f}   goal 0.50")


def _start_s(command: list[str], path: str) -> float:
    port = 18_473
    variables = {
        "PORT": str(port),
        "VARIANTS_BUCKET": "bench",
        "GOOGLE_CLOUD_PROJECT": "bench",
        "STORAGE_EMULATOR_HOST": "http://127.0.0.1:9",
        "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9",
    }
    began = time.perf_counter()
    with subprocess.Popen(
        command,
        env=os.environ | variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        while not _answers(f"http://127.0.0.1:{port}{path}"):
            if process.poll() is not None or time.perf_counter() - began > 60:
                raise RuntimeError(f"{command} does not start")
            time.sleep(0.005)
        took_s = time.perf_counter() - began
        process.terminate()
    return took_s


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
