"""A pool of long-lived processes that decode pictures and may be killed at any time.

What happens to a child is the outcome of the one picture it was working on. The next
picture gets another child.  A child that somebody else killed (SIGKILL, as the kernel does
when memory runs out) says little about its picture, which gets a second child, but no third.
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
from dataclasses import dataclass, field
from typing import Any, Final

import structlog

from picture.limits import Limits
from picture.process.child import Answer
from picture.process.wire import BrokenWireError, WireTimeoutError, receive, send
from picture.refusals import Refusal

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
    greeting: threading.Lock = field(default_factory=threading.Lock)
    """A child says once that it is ready: two who listen would take its next answer for it."""

    @property
    def is_spent(self) -> bool:
        is_worn = self.pictures >= _RECYCLE_AFTER or self.peak_rss_kb >= _RECYCLE_ABOVE_KB
        return is_worn or self.process.returncode is not None

    def kill(self) -> int:
        """End the process now and return its exit status."""
        self.link.close()
        self.process.kill()
        return self.process.wait()


class Children:
    """Does the work of one module (see ``child``) on ``count`` pictures at a time."""

    def __init__(self, module: str, count: int, limits: Limits) -> None:
        self._module = module
        self._limits = limits
        self._closed = threading.Event()
        self._all = [_Place(spawn(module, limits)) for _ in range(count)]
        # The one used last is taken first: under light load the others may be swapped out.
        self._idle: queue.LifoQueue[_Place] = queue.LifoQueue()
        for place in self._all:
            self._idle.put(place)

    def warm_up(self) -> None:
        """Wait until every process can take a picture. Raises ChildStartError."""
        for place in self._all:
            await_ready(place.child)

    def ask(self, order: dict[str, Any], original: int) -> Answer:
        """Return what a process answers to the order on the open file ``original``.

        It is a stranger's word: check it.  Raises Refusal, ChildStartError and
        ChildrenClosedError.
        """
        try:
            return self._ask_one(order, original)
        except _KilledError:
            return self._ask_one(order, original)

    def _ask_one(self, order: dict[str, Any], original: int) -> Answer:
        with self._borrowed() as child:
            try:
                return _Errand(child, self._limits).run(order, original)
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
        place.child = spawn(self._module, self._limits)

    def _check_open(self) -> None:
        if self._closed.is_set():
            raise ChildrenClosedError


@dataclass
class _Place:
    """Where a child works; its successor takes the same place."""

    child: Child


def spawn(module: str, limits: Limits) -> Child:
    """Start a process, which then warms up; it sees nothing of our environment but its limits."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 -- nothing in the command comes from outside
            [sys.executable, "-I", "-m", "picture.process.child", str(theirs.fileno()), module],
            env={name: os.environ[name] for name in _INHERITED if name in os.environ} | MALLOC,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
    send(ours, {"limits": dataclasses.asdict(limits)})
    return Child(process, ours)


def await_ready(child: Child) -> None:
    """Wait until the process can take a picture.  Raises ChildStartError."""
    with child.greeting:
        if child.offline is None:
            _hear_greeting(child)


def _hear_greeting(child: Child) -> None:
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

    def run(self, order: dict[str, Any], original: int) -> Answer:
        deadline_s = time.monotonic() + self.limits.wall_s
        try:
            send(self.child.link, order, b"", original)
            answer, parts, _ = receive(self.child.link, deadline_s)
            self.child.pictures += 1
            self.child.peak_rss_kb = int(answer["peak_rss_kb"])
            return _understood(answer), parts
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
        kind = _KilledError if status == -signal.SIGKILL else Refusal
        return kind("render_crashed", how=_cause(status))


class _KilledError(Refusal):
    """Somebody else killed the child."""


def _cause(status: int) -> str:
    return f"signal {signal.Signals(-status).name}" if status < 0 else f"exit status {status}"


def _understood(answer: dict[str, Any]) -> dict[str, Any]:
    """Return the answer of a child that did its work; raise what it refused."""
    if "defect" in answer:
        log.error("child_defect", traceback=str(answer["defect"])[:_TOLD])
        raise Refusal("render_crashed", how="a defect of the renderer")
    if "code" in answer:
        raise Refusal.reported(str(answer["code"]), str(answer.get("message"))[:500])
    return answer
