"""What a thousand tasks leave behind in the service: nothing that grows."""

import resource
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from bench.render import mixture
from bench.render.service import Service, running

_PICTURES = 1000
_WARM_UP = 200
# As many as the service keeps in hand with two renderers; the rest would only wait.
_SENDERS = 3
# Connections are kept for a while, and children give memory back when idle.
_REST_S = 12


@dataclass(frozen=True)
class Usage:
    """What a process has open, and what it holds."""

    files: int
    threads: int
    memory_mb: float


def show() -> None:
    """Print what the service itself uses after the warm-up, and after all pictures."""
    with running() as service, ThreadPoolExecutor(_SENDERS) as pool:
        numbered = list(enumerate(mixture.sequence(_PICTURES)))
        send = _sender(service, {path for _, path in numbered})
        outcomes = Counter(pool.map(send, numbered[:_WARM_UP]))
        before = _at_rest(service.pid)
        outcomes += Counter(pool.map(send, numbered[_WARM_UP:]))
        after = _at_rest(service.pid)
    told = ", ".join(f"{count} {outcome}" for outcome, count in sorted(outcomes.items()))
    print(f"\nthe service itself over {_PICTURES} mixed tasks ({told})")
    print(f"  {'':12} after {_WARM_UP:>4}  after {_PICTURES}")
    print(f"  open files   {before.files:10} {after.files:11}   goal none more")
    print(f"  threads      {before.threads:10} {after.threads:11}   goal none more")
    print(f"  resident MB  {before.memory_mb:10.0f} {after.memory_mb:11.0f}   goal 10 more")


def _sender(service: Service, paths: Iterable[Path]) -> Callable[[tuple[int, Path]], str]:
    originals = {path: service.upload(path) for path in paths}

    def send(numbered: tuple[int, Path]) -> str:
        number, path = numbered
        return service.render(service.expect(f"i{number}", originals[path]))

    return send


def _at_rest(pid: int) -> Usage:
    time.sleep(_REST_S)
    process = Path(f"/proc/{pid}")
    pages = int((process / "statm").read_text().split()[1])
    return Usage(
        files=len(list((process / "fd").iterdir())),
        threads=len(list((process / "task").iterdir())),
        memory_mb=pages * resource.getpagesize() / 2**20,
    )
