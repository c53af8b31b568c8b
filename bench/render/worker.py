"""One contender in a process of its own: reads names of files, answers what they cost."""

import json
import resource
import sys
from functools import lru_cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent.parent))

from bench.render.contenders import CONTENDERS
from picture import memory


def main() -> None:
    run = CONTENDERS[sys.argv[1]]()
    for line in sys.stdin:
        data = read(line.strip())
        before = _cpu_s()
        files = run(data)
        spent_s = _cpu_s() - before
        told = {"cpu_ms": spent_s * 1000, "peak_mb": memory.peak_kb() / 1024}
        sizes = {name: len(file) for name, file in files.items()}
        sys.stdout.write(json.dumps({**told, "bytes": sizes}) + "\n")
        sys.stdout.flush()


@lru_cache(maxsize=1)
def read(path: str) -> bytes:
    return Path(path).read_bytes()


def _cpu_s() -> float:
    """CPU seconds of this process and of its living children."""
    own = resource.getrusage(resource.RUSAGE_SELF)
    return own.ru_utime + own.ru_stime + sum(_cpu_of(pid) for pid in _children())


def _children() -> list[int]:
    return [int(pid) for pid in Path("/proc/thread-self/children").read_text().split()]


def _cpu_of(pid: int) -> float:
    # The first field is nanoseconds on a processor (Documentation/scheduler/sched-stats).
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


if __name__ == "__main__":
    main()
