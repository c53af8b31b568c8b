"""A pool of long-lived processes that decode pictures and may be killed at any time.

What happens to a child is the outcome of the one picture it was working on. The next
picture gets another child.
"""

import contextlib
import dataclasses
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import structlog

from thumbnailer.encode import CONTENT_TYPES, Encoded
from thumbnailer.limits import Limits
from thumbnailer.picture import Operation, Order, Rendered
from thumbnailer.refusals import Refusal
from thumbnailer.wire import BrokenWireError, WireTimeoutError, receive, send

# Measured: less memory kept when idle, and no page faults for the coefficients of
# progressive pictures. The last two only work together.
MALLOC: Final = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "134217728",
}
_INHERITED: Final = ("PATH", "LANG", "LD_LIBRARY_PATH")
_START_S: Final = 30.0
_TOLD: Final = 4_000
_RECYCLE_AFTER: Final = 500
_RECYCLE_ABOVE_KB: Final = 400 * 1024


log = structlog.get_logger()


class ChildStartError(Exception):
    """A process for decoding could not be started; this is no picture's fault."""


class ChildrenClosedError(Exception):
    """The service is stopping; another instance will take the picture."""


@dataclass
class Child:
    """One process, and how much it has been used."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    offline: bool | None = None
    """Whether the kernel keeps it from the network; unknown until it is ready."""
    pictures: int = 0
    peak_rss_kb: int = 0

    @property
    def is_spent(self) -> bool:
        is_worn = self.pictures >= _RECYCLE_AFTER or self.peak_rss_kb >= _RECYCLE_ABOVE_KB
        return is_worn or self.process.returncode is not None

    def kill(self) -> int:
        """End the process now; its exit status."""
        self.link.close()
        self.process.kill()
        return self.process.wait()


class Children:
    """Renders pictures, as many at a time as there are processes."""

    def __init__(self, count: int, limits: Limits) -> None:
        self._limits = limits
        self._closed = threading.Event()
        self._all = [_Place(spawn(limits)) for _ in range(count)]
        # The one used last is taken first: under light load the others may be swapped out.
        self._idle: queue.LifoQueue[_Place] = queue.LifoQueue()
        for place in self._all:
            self._idle.put(place)

    def warm_up(self) -> None:
        """Wait until every process can take a picture. Raises ChildStartError."""
        for place in self._all:
            await_ready(place.child)

    def render(self, original: int, order: Order) -> Rendered:
        """Return the variants of the picture in the open file ``original``.

        Raises Refusal, ChildStartError and ChildrenClosedError.
        """
        with self._borrowed() as child:
            try:
                return _Errand(child, self._limits).run(original, order)
            except Refusal:
                # A child that was killed because we stop says nothing about its picture.
                self._check_open()
                raise

    def close(self, patience_s: float = 0.0) -> None:
        """End all processes; pictures in hand have so long to be finished."""
        self._closed.set()
        deadline_s = time.monotonic() + patience_s
        for _ in self._all:
            with contextlib.suppress(queue.Empty):
                self._idle.get(timeout=max(0.0, deadline_s - time.monotonic()) or 0.001)
        for place in self._all:
            place.child.kill()

    @contextmanager
    def _borrowed(self) -> Iterator[Child]:
        self._check_open()
        place = self._idle.get()
        try:
            self._check_open()
            if place.child.process.poll() is not None:
                # One that died idle is not the next picture's fault.
                self._renew(place)
            await_ready(place.child)
            yield place.child
        finally:
            if place.child.is_spent and not self._closed.is_set():
                self._renew(place)
            self._idle.put(place)

    def _renew(self, place: "_Place") -> None:
        place.child.kill()
        place.child = spawn(self._limits)

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise ChildrenClosedError


@dataclass
class _Place:
    """Where a child works; its successor takes the same place."""

    child: Child


def spawn(limits: Limits) -> Child:
    """Return a new process, still warming up; it sees nothing of our environment but its limits."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 -- nothing in the command comes from outside
            [sys.executable, "-I", "-m", "thumbnailer.child", str(theirs.fileno())],
            env={name: os.environ[name] for name in _INHERITED if name in os.environ} | MALLOC,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
    send(ours, {"limits": dataclasses.asdict(limits)})
    return Child(process, ours)


def await_ready(child: Child) -> None:
    if child.offline is not None:
        return
    try:
        answer, _, _ = receive(child.link, time.monotonic() + _START_S)
    except (BrokenWireError, WireTimeoutError) as error:
        status = child.kill()
        raise ChildStartError(f"the process ended with status {status}") from error
    child.offline = bool(answer.get("offline"))


@dataclass(frozen=True)
class _Errand:
    """One picture's visit to a child."""

    child: Child
    limits: Limits

    def run(self, original: int, order: Order) -> Rendered:
        deadline_s = time.monotonic() + self.limits.wall_s
        try:
            send(self.child.link, _request(order), b"", original)
            answer, parts, _ = receive(self.child.link, deadline_s)
            self.child.pictures += 1
            self.child.peak_rss_kb = int(answer["peak_rss_kb"])
            return _understood(answer, parts)
        except Refusal as refusal:
            refusal.peak_rss_kb = self.child.peak_rss_kb
            raise
        except WireTimeoutError:
            self.child.kill()
            raise Refusal("timeout", allowed=self.limits.wall_s) from None
        except (BrokenWireError, LookupError, TypeError, ValueError):
            raise self._post_mortem() from None

    def _post_mortem(self) -> Refusal:
        """Return what the picture is told after the child died, or spoke nonsense."""
        try:
            status = self.child.process.wait(timeout=1)
        except subprocess.TimeoutExpired:
            self.child.kill()
            return Refusal("render_crashed", how="unreadable answer")
        self.child.kill()
        if status == -signal.SIGXCPU:
            return Refusal("timeout", allowed=self.limits.cpu_s)
        return Refusal("render_crashed", how=_cause(status))


def _cause(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _request(order: Order) -> dict[str, Any]:
    return {
        "recipes": [dataclasses.asdict(recipe) for recipe in order.recipes],
        "owner": order.owner,
        "hints": [dataclasses.asdict(hint) for hint in order.hints],
    }


def _understood(answer: dict[str, Any], parts: bytes) -> Rendered:
    """Return the answer, checked: the child that gave it has decoded a stranger's picture."""
    if "defect" in answer:
        log.error("renderer_failed", defect=str(answer["defect"])[:_TOLD])
        raise Refusal("render_crashed", how="an error in the renderer")
    if "code" in answer:
        raise Refusal.reported(str(answer["code"]), str(answer["message"])[:_TOLD])
    return Rendered(
        format=str(answer["format"]),
        width=int(answer["width"]),
        height=int(answer["height"]),
        frames=int(answer["frames"]),
        variants=tuple(_variants(answer["variants"], parts)),
        operations=tuple(Operation(str(name), float(ms)) for name, ms in answer["operations"]),
        peak_rss_kb=int(answer["peak_rss_kb"]),
    )


def _variants(told: list[list[Any]], parts: bytes) -> Iterator[Encoded]:
    at = 0
    for name, extension, width, height, length in told:
        if extension not in CONTENT_TYPES or not 0 < length <= len(parts) - at:
            raise ValueError("the answer does not fit its parts")
        yield Encoded(str(name), extension, int(width), int(height), parts[at : at + length])
        at += length
