"""The process in which pictures are decoded. It reads orders from a socket until that closes.

Pictures are hostile: this process has limits, no secrets in its environment, and its
parent believes nothing it says. Its memory is small: it imports no client and no server.

    python -I -m picture.process.child SOCKET MODULE

``MODULE`` has two functions: ``warm_up(limits)`` loads what no picture should wait for, and
``work(order, data, limits)`` returns the answer to one order and its raw parts, or raises Refusal.
"""

import contextlib
import importlib
import mmap
import os
import select
import socket
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final, Protocol

from picture.limits import Limits
from picture.process import confinement, memory
from picture.process.wire import BrokenWireError, receive, send
from picture.refusals import Refusal

Answer = tuple[dict[str, Any], bytes]

# Memory that is given back must be got again by the next picture.
_IDLE_S: Final = 10.0
_TRACEBACK: Final = 4_000


class Craft(Protocol):
    """What the named module must offer."""

    warm_up: Callable[[Limits], None]
    work: Callable[[dict[str, Any], mmap.mmap, Limits], Answer]


def main() -> None:
    link = socket.socket(fileno=int(sys.argv[1]))
    craft: Any = importlib.import_module(sys.argv[2])
    # A parent that is gone needs no answer.
    with contextlib.suppress(BrokenWireError):
        _serve(link, craft, _prepared(link, craft))


def _prepared(link: socket.socket, craft: Craft) -> Limits:
    """Get ready within the limits that the parent sends, and tell it."""
    message, _, _ = receive(link)
    limits = Limits(**message["limits"])
    craft.warm_up(limits)
    send(link, {"offline": confinement.confine(limits)})
    return limits


def _serve(link: socket.socket, craft: Craft, limits: Limits) -> None:
    trim = memory.trimmer()
    while True:
        if not select.select([link], [], [], _IDLE_S)[0]:
            trim()
            select.select([link], [], [])
        order, _, files = receive(link)
        confinement.allow_cpu(limits.cpu_s)
        memory.reset_peak()
        answer, parts = _answer(craft, order, files[0], limits)
        send(link, {**answer, "peak_rss_kb": memory.peak_kb()}, parts)


def _answer(craft: Craft, order: dict[str, Any], file: int, limits: Limits) -> Answer:
    try:
        return _work(craft, order, file, limits)
    except Refusal as refusal:
        return _refused(refusal)
    except MemoryError:
        return _refused(Refusal("out_of_memory", allowed=limits.memory_mb))
    except Exception:  # noqa: BLE001 -- the outermost boundary: the parent logs the defect
        return {"defect": traceback.format_exc()[-_TRACEBACK:]}, b""
    finally:
        os.close(file)


def _work(craft: Craft, order: dict[str, Any], file: int, limits: Limits) -> Answer:
    if not os.fstat(file).st_size:
        raise Refusal("empty_file")
    with memory.Original(file, 0, access=mmap.ACCESS_READ) as data:
        return craft.work(order, data, limits)


def _refused(refusal: Refusal) -> Answer:
    return {"code": refusal.code, "message": refusal.message}, b""


if __name__ == "__main__":
    main()
