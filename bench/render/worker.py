"""One contender in a process of its own: a line with file and format in, what it cost out."""

import importlib
import json
import resource
import sys
import time
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))


def main() -> None:
    module, name = sys.argv[1:3]
    run = importlib.import_module(module).CONTENDERS[name]()
    for line in sys.stdin:
        path, form, folder = line.rstrip("\n").split("\t")
        data = read(path)
        before, began = cpu_s(), time.perf_counter()
        files = run(data, form)
        told = {
            "cpu_ms": (cpu_s() - before) * 1000,
            "wall_ms": (time.perf_counter() - began) * 1000,
            "peak_mb": peak_mb(),
            "bytes": {variant: len(file) for variant, file in files.items()},
        }
        if folder:
            for variant, file in files.items():
                (Path(folder) / variant).write_bytes(file)
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


@lru_cache(maxsize=1)
def read(path: str) -> bytes:
    return Path(path).read_bytes()


def peak_mb() -> float:
    """Most memory in use so far; getrusage would tell that of the starter, if it had more."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def cpu_s() -> float:
    """CPU seconds of this process and of its living children."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + sum(cpu_of(pid) for pid in children())


def children() -> list[int]:
    return [int(pid) for pid in Path("/proc/thread-self/children").read_text().split()]


def cpu_of(pid: int) -> float:
    # The first field is nanoseconds on a processor (Documentation/scheduler/sched-stats).
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    main()
