"""Keeps one service's process running.

https://cloud.google.com/run/docs/container-contract
"""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from localcloud.run import launch, leftovers
from localcloud.run.logs import open_log, tail
from localcloud.run.restart import RestartDelay
from localcloud.run.service import ServiceSpec

log = logging.getLogger(__name__)

# https://cloud.google.com/run/docs/configuring/healthchecks: a TCP probe, at most 240 s.
STARTUP_LIMIT_S = 240.0
PROBE_EVERY_S = 0.02
DOUBT_S = 0.1
# https://cloud.google.com/run/docs/container-contract#instance-shutdown
STOP_LIMIT_S = 10.0


class Process:
    """Starts the process, waits until it listens, starts it again when it ends."""

    def __init__(
        self,
        spec: ServiceSpec,
        folder: Path,
        startup_limit_s: float = STARTUP_LIMIT_S,
        stop_limit_s: float = STOP_LIMIT_S,
    ) -> None:
        self.spec = spec
        self.log_path = folder / "logs" / f"{spec.name}.log"
        self.pid: int | None = None
        self._pid_path = folder / "run" / f"{spec.name}.json"
        self._startup_limit_s = startup_limit_s
        self._stop_limit_s = stop_limit_s
        self._port = 0
        self._listening = asyncio.Event()
        self._doubted = asyncio.Event()

    async def run(self) -> None:
        """Supervise until cancelled, then stop the process."""
        delay = RestartDelay()
        while True:
            began = time.monotonic()
            try:
                await self._run_once()
            except OSError as error:
                log.error("service %s cannot be started: %s", self.spec.name, error)  # noqa: TRY400 -- the sentence says it all
            wait_s = delay.after(time.monotonic() - began)
            log.warning("service %s starts again in %.1f s", self.spec.name, wait_s)
            await asyncio.sleep(wait_s)

    async def _run_once(self) -> None:
        process = await self._start()
        try:
            await self._watch(process)
        finally:
            self._listening.clear()
            await self._stop(process)

    @property
    def listening(self) -> bool:
        """Whether the process takes requests now."""
        return self._listening.is_set()

    async def port(self) -> int:
        """Return the port of the process, once it listens."""
        await self._listening.wait()
        return self._port

    def doubt(self) -> None:
        """Hold requests back until it is clear that the process lives: a connection broke.

        A dying process takes connections for a moment that nobody will answer.
        """
        self._listening.clear()
        self._doubted.set()

    async def _start(self) -> asyncio.subprocess.Process:
        self._port = _free_port()
        command = (sys.executable, "-I", "-S", launch.__file__, str(os.getpid()))
        defaults = {"PYTHONUNBUFFERED": "1"}
        with open_log(self.log_path) as output:
            process = await asyncio.create_subprocess_exec(
                *command,
                *self.spec.command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.spec.folder,
                env={**defaults, **os.environ, **self.spec.process_env(self._port)},
                start_new_session=True,
            )
        self.pid = process.pid
        leftovers.note(self._pid_path, process.pid)
        return process

    async def _watch(self, process: asyncio.subprocess.Process) -> None:
        """Return when the process has ended, or does not listen in time."""
        began = time.monotonic()
        ended = asyncio.ensure_future(process.wait())
        listened = False
        try:
            if listened := await self._listens(ended):
                took_s = time.monotonic() - began
                log.info("service %s is up at %s (%.1f s)", self.spec.name, self.spec.url, took_s)
                await self._serve_until(ended)
        finally:
            ended.cancel()
        self._report(process.returncode, listened=listened)

    async def _serve_until(self, ended: "asyncio.Future[int]") -> None:
        """Take requests until the process has ended, but none while it is in doubt."""
        while True:
            self._doubted.clear()
            self._listening.set()
            doubted = asyncio.ensure_future(self._doubted.wait())
            either: set[asyncio.Future[Any]] = {ended, doubted}
            await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            doubted.cancel()
            await asyncio.wait([ended], timeout=DOUBT_S)
            if not await self._listens(ended):
                return

    async def _listens(self, ended: "asyncio.Future[int]") -> bool:
        end = time.monotonic() + self._startup_limit_s
        while time.monotonic() < end and not ended.done():
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", self._port)
                writer.close()
                return True
            await asyncio.wait([ended], timeout=PROBE_EVERY_S)
        return False

    async def _stop(self, process: asyncio.subprocess.Process) -> None:
        """SIGTERM, then SIGKILL to the whole group."""
        if process.returncode is None:
            process.terminate()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), self._stop_limit_s)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        self.pid = None
        self._pid_path.unlink(missing_ok=True)

    def _report(self, returncode: int | None, *, listened: bool) -> None:
        what = f"did not listen on PORT within {self._startup_limit_s:g} s"
        if returncode is not None:
            what = f"ended with {_how(returncode)}"
            what += "" if listened else " before it listened on PORT"
        log.error(
            "service %s %s. The end of its log, %s:\n%s",
            *(self.spec.name, what, self.log_path, tail(self.log_path)),
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _how(returncode: int) -> str:
    if returncode < 0:
        return signal.Signals(-returncode).name
    return f"exit code {returncode}"
