"""The models' process, as the server sees it: started when needed, replaced when it fails.

It keeps the models' memory and computing out of the server, and pictures that
crash a decoder or never end take only this process with them.
"""

import asyncio
import logging
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence

from localcloud.vision.frames import pack, receive_frame

log = logging.getLogger(__name__)

COMMAND = (sys.executable, "-m", "localcloud.vision.child")
WALL_LIMIT_S = 30.0
GRACE_S = 2.0
TRIES = 2
"""A process that died while it was idle is found out only by the next request."""

# One arena, and large blocks given back at once, halve the memory for a tenth of the speed.
# https://www.gnu.org/software/libc/manual/html_node/Memory-Allocation-Tunables.html
ENVIRONMENT = {"MALLOC_ARENA_MAX": "1", "MALLOC_MMAP_THRESHOLD_": "4000000"}


class WorkerError(Exception):
    """The models gave no answer."""


class WorkerDiedError(WorkerError):
    """The models' process ended in the middle of a picture, again and again."""


class WorkerSlowError(WorkerError):
    """The models' process took longer than it may, and was killed."""


class Worker:
    """Asks the models' process, one request at a time."""

    def __init__(
        self, command: Sequence[str] = COMMAND, wall_limit_s: float = WALL_LIMIT_S
    ) -> None:
        self._command = command
        self._wall_limit_s = wall_limit_s
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self._closed = False

    @property
    def process_id(self) -> int | None:
        """The process that runs now, if any."""
        return self._process.pid if self._process else None

    async def ask(self, request: bytes) -> bytes:
        """Return the response; raise WorkerError.

        A caller who goes away does not take the process with him: the exchange is
        finished before the next one gets its turn.
        """
        await self._turn.acquire()
        exchange = asyncio.create_task(self._exchange(request))
        exchange.add_done_callback(self._release)
        return await asyncio.shield(exchange)

    def _release(self, exchange: asyncio.Task[bytes]) -> None:
        self._turn.release()
        if not exchange.cancelled():
            # Where the caller has gone, nobody else asks for it, and asyncio would complain.
            exchange.exception()

    async def warm(self) -> None:
        """Start the process and load the models; what fails then is told by the first picture."""
        try:
            await self.ask(b"")
        except WorkerError as error:
            log.warning("The Vision models could not be loaded: %s", error)

    async def close(self) -> None:
        """End the process, in the middle of a picture if need be."""
        self._closed = True
        if self._process and self._turn.locked():
            self._process.kill()
        async with self._turn:
            await self._stop()

    async def _exchange(self, request: bytes) -> bytes:
        for _ in range(TRIES):
            process = self._process or await self._start()
            try:
                async with asyncio.timeout(self._wall_limit_s):
                    return await _converse(process, request)
            except TimeoutError as error:
                process.kill()
                await self._stop()
                raise WorkerSlowError(
                    f"The models took longer than {self._wall_limit_s:g} s."
                ) from error
            except (asyncio.IncompleteReadError, ConnectionError):
                await self._stop()
                if not self._closed:
                    log.warning("The models' process ended with %s", process.returncode)
        raise WorkerDiedError("The models' process died of this picture.")

    async def _start(self) -> Process:
        if self._closed:
            raise WorkerDiedError("The models' process is closed.")
        self._process = await asyncio.create_subprocess_exec(
            *self._command, stdin=PIPE, stdout=PIPE, env=os.environ | ENVIRONMENT
        )
        return self._process

    async def _stop(self) -> None:
        """Let the process end, which it does at the end of its input; else kill it."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(GRACE_S):
                await process.communicate()
        except TimeoutError:
            process.kill()
            await process.communicate()


async def _converse(process: Process, request: bytes) -> bytes:
    if process.stdin is None or process.stdout is None:
        raise ConnectionError("The process has no pipes.")
    process.stdin.write(pack(request))
    await process.stdin.drain()
    return await receive_frame(process.stdout)
