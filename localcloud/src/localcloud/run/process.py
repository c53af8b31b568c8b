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

from localcloud.run import launch, leftovers
from localcloud.run.logs import open_log, tail
from localcloud.run.restart import RestartDelay
from localcloud.run.service import ServiceSpec

log = logging.getLogger(__name__)

# https://cloud.google.com/run/docs/configuring/healthchecks: a TCP probe, at most 240 s.
STARTUP_LIMIT_S = 240.0
PROBE_EVERY_S = 0.02
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
        """Return when the process has ended, or has not listened in time."""
        began = time.monotonic()
        ended = asyncio.ensure_future(process.wait())
        try:
            if await self._listens(ended):
                took_s = time.monotonic() - began
                log.info("service %s is up at %s (%.1f s)", self.spec.name, self.spec.url, took_s)
                self._listening.set()
                await ended
                log.error(self._ending(f"ended with {_how(process.returncode)}"))
            elif ended.done():
                log.error(
                    self._ending(
                        f"ended with {_how(process.returncode)} before it listened on PORT"
                    )
                )
            else:
                log.error(
                    self._ending(f"did not listen on PORT within {self._startup_limit_s:g} s")
                )
        finally:
            ended.cancel()

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

    def _ending(self, what: str) -> str:
        return (
            f"service {self.spec.name} {what}. "
            f"The end of its log, {self.log_path}:\n{tail(self.log_path)}"
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _how(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return signal.Signals(-returncode).name
    return f"exit code {returncode}"
