"""A pool of long-lived processes that decode pictures and may be killed at any time.

What happens to a child is the outcome of the one picture it was working on. The next
picture gets another child.
"""

import dataclasses
import os
import queue
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from picture.child import Answer
from picture.limits import Limits
from picture.refusals import Refusal
from picture.wire import BrokenWireError, WireTimeoutError, receive, send

# Measured: less memory kept when idle, and no page faults for the coefficients of
# progressive pictures. The last two only work together.
_MALLOC: Final = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": "33554432",
    "MALLOC_TRIM_THRESHOLD_": "134217728",
}
_INHERITED: Final = ("PATH", "LANG", "LD_LIBRARY_PATH")
_START_S: Final = 30.0
_RECYCLE_AFTER: Final = 500
_RECYCLE_ABOVE_KB: Final = 400 * 1024


class ChildStartError(Exception):
    """A process for decoding could not be started; this is no picture's fault."""


@dataclass
class Child:
    """One process, and how much it has been used."""

    process: subprocess.Popen[bytes]
    link: socket.socket
    ready: bool = False
    pictures: int = 0
    peak_rss_kb: int = 0

    @property
    def is_worn(self) -> bool:
        return self.pictures >= _RECYCLE_AFTER or self.peak_rss_kb >= _RECYCLE_ABOVE_KB

    def kill(self) -> int:
        """End the process now and return its exit status."""
        self.link.close()
        self.process.kill()
        return self.process.wait()


class Children:
    """Does the work of one module (see ``picture.child``) on pictures, ``count`` at a time."""

    def __init__(self, module: str, count: int, limits: Limits) -> None:
        self._module = module
        self._limits = limits
        self._idle: queue.LifoQueue[Child] = queue.LifoQueue()
        for _ in range(count):
            self._idle.put(self._spawn())
        self._count = count

    def warm_up(self) -> None:
        """Wait until every process can take a picture.  Raises ChildStartError."""
        children = [self._idle.get() for _ in range(self._count)]
        for child in children:
            try:
                await_ready(child)
            finally:
                self._idle.put(child)

    def ask(self, order: dict[str, Any], original: int) -> Answer:
        """Return what a process answers to the order on the open file.  Raises Refusal.

        The answer is a stranger's word: check it.
        """
        with self._borrowed() as child:
            return _Errand(child, self._limits).run(order, original)

    def close(self) -> None:
        """End all processes, after the pictures in hand."""
        for _ in range(self._count):
            self._idle.get().kill()

    @contextmanager
    def _borrowed(self) -> Iterator[Child]:
        child = self._idle.get()
        try:
            child = self._replace_if_dead(child)
            yield child
        finally:
            if child.process.returncode is not None or child.is_worn:
                child.kill()
                child = self._spawn()
            self._idle.put(child)

    def _replace_if_dead(self, child: Child) -> Child:
        """Return a living child: one that died idle is not the next picture's fault."""
        if child.process.poll() is not None:
            child.kill()
            child = self._spawn()
        await_ready(child)
        return child

    def _spawn(self) -> Child:
        return spawn(self._module, self._limits)


def spawn(module: str, limits: Limits) -> Child:
    """Start a process, which then warms up; it sees nothing of our environment but its limits."""
    ours, theirs = socket.socketpair()
    with theirs:
        process = subprocess.Popen(  # noqa: S603 -- our own program, no shell
            [sys.executable, "-I", "-m", "picture.child", str(theirs.fileno()), module],
            env={name: os.environ[name] for name in _INHERITED if name in os.environ} | _MALLOC,
            pass_fds=[theirs.fileno()],
            stdin=subprocess.DEVNULL,
            process_group=0,
        )
    send(ours, {"limits": dataclasses.asdict(limits)})
    return Child(process, ours)


def await_ready(child: Child) -> None:
    if child.ready:
        return
    try:
        receive(child.link, time.monotonic() + _START_S)
    except (BrokenWireError, WireTimeoutError) as error:
        status = child.kill()
        raise ChildStartError(f"the process ended with status {status}") from error
    child.ready = True


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
        except WireTimeoutError:
            self.child.kill()
            raise Refusal("timeout", allowed=self.limits.wall_s) from None
        except (BrokenWireError, LookupError, TypeError, ValueError):
            raise self._post_mortem() from None
        if "code" in answer:
            raise Refusal.reported(str(answer["code"]), str(answer.get("message"))[:500])
        return answer, parts

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
