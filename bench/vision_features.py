"""Tell what each Vision feature costs here: the least of some rounds, in milliseconds.

python bench/vision_features.py PICTURE...
"""

import argparse
import os
import resource
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from google.cloud.vision_v1.types import Feature

from localcloud.vision import features
from localcloud.vision.annotate import FILLERS, Annotator
from localcloud.vision.picture import open_picture
from localcloud.vision.worker import ENVIRONMENT

ROUNDS = 8
ALL = [name for name in FILLERS if name != features.DENSE_TEXT]
SETS = [ALL, [name for name in ALL if name != features.TEXT], *([name] for name in ALL)]


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("pictures", type=Path, nargs="+")
    pictures = arguments.parse_args().pictures
    if not ENVIRONMENT.items() <= os.environ.items():
        # The allocator reads its settings when a process starts.
        os.execve(sys.executable, [sys.executable, *sys.argv], os.environ | ENVIRONMENT)
    annotator = Annotator()
    annotator.warm_up()
    for path in pictures:
        report(annotator, path)
    print(f"peak memory {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def report(annotator: Annotator, path: Path) -> None:
    data = path.read_bytes()
    picture = open_picture(data)
    print(f"{path.name}, {picture.width * picture.height / 1e6:.1f} megapixels")
    for names in SETS:
        wanted = [Feature.pb()(type_=name) for name in names]
        wall_ms, cpu_ms = least(partial(annotator.annotate, data, wanted))
        print(f"  {title(names):24} wall {wall_ms:5.0f}  CPU {cpu_ms:5.0f}")


def title(names: Sequence[str]) -> str:
    if len(names) == 1:
        return names[0]
    return "all" if features.TEXT in names else "all but text"


def least(work: Callable[[], object]) -> tuple[float, float]:
    """Return the least wall time and the least CPU time of some rounds."""
    times = []
    for _ in range(ROUNDS):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        times.append((time.perf_counter() - wall, time.process_time() - cpu))
    return min(wall for wall, _ in times) * 1000, min(cpu for _, cpu in times) * 1000


if __name__ == "__main__":
    main()
