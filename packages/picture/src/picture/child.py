"""The process in which pictures are decoded.  It reads orders from a socket until that closes.

Pictures are hostile: this process has limits, no secrets in its environment, and its
parent believes nothing it says.  Its memory is small: it imports no client and no server.

    python -I -m picture.child SOCKET MODULE

``MODULE`` has two functions: ``warm_up(limits)`` loads what no picture should wait for, and
``work(order, data, limits)`` returns the answer to one order and its raw parts, or raises Refusal.
"""

import importlib
import mmap
import os
import resource
import select
import socket
import sys
from collections.abc import Callable
from typing import Any, Final, Protocol

from picture import confinement
from picture.limits import Limits
from picture.refusals import Refusal
from picture.wire import BrokenWireError, receive, send

Answer = tuple[dict[str, Any], bytes]

_IDLE_S: Final = 2.0


class Craft(Protocol):
    """What the named module must offer."""

    warm_up: Callable[[Limits], None]
    work: Callable[[dict[str, Any], mmap.mmap, Limits], Answer]


def main() -> None:
    link = socket.socket(fileno=int(sys.argv[1]))
    craft: Any = importlib.import_module(sys.argv[2])
    message, _, _ = receive(link)
    limits = Limits(**message["limits"])
    craft.warm_up(limits)
    confinement.confine(limits)
    send(link, {"ready": True})
    try:
        _serve(link, craft, limits)
    except BrokenWireError:
        return


def _serve(link: socket.socket, craft: Craft, limits: Limits) -> None:
    trim = confinement.memory_trimmer()
    while True:
        if not select.select([link], [], [], _IDLE_S)[0]:
            trim()
            select.select([link], [], [])
        order, _, files = receive(link)
        confinement.allow_cpu(limits.cpu_s)
        answer, parts = _answer(craft, order, files[0], limits)
        send(link, {**answer, "peak_rss_kb": _peak_rss_kb()}, parts)


def _answer(craft: Craft, order: dict[str, Any], file: int, limits: Limits) -> Answer:
    try:
        return _work(craft, order, file, limits)
    except Refusal as refusal:
        return _told(refusal), b""
    except MemoryError:
        return _told(Refusal("out_of_memory", allowed=limits.memory_mb)), b""
    finally:
        os.close(file)


def _work(craft: Craft, order: dict[str, Any], file: int, limits: Limits) -> Answer:
    if not os.fstat(file).st_size:
        raise Refusal("empty_file")
    with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as data:
        return craft.work(order, data, limits)


def _told(refusal: Refusal) -> dict[str, Any]:
    return {"code": refusal.code, "message": refusal.message}


def _peak_rss_kb() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
