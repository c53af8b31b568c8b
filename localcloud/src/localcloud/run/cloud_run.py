"""All services of a stack: their processes, and the applications in front of them."""

import asyncio
from collections.abc import Iterable
from pathlib import Path

from localcloud.run import leftovers
from localcloud.run.access import VerifyIdToken
from localcloud.run.ingress import Ingress
from localcloud.run.process import Process
from localcloud.run.request_log import RequestLog
from localcloud.run.service import ServiceSpec


class CloudRun:
    """``start`` runs the processes; the caller serves ``ingresses``, each on its ``spec.port``."""

    def __init__(
        self, specs: Iterable[ServiceSpec], folder: Path, verify_id_token: VerifyIdToken
    ) -> None:
        self._folder = folder
        self.processes = [Process(spec, folder) for spec in specs]
        self._running: list[asyncio.Task[None]] = []
        self.requests = RequestLog(folder)
        self.ingresses = [
            Ingress(process.spec, process, verify_id_token, self.requests)
            for process in self.processes
        ]

    async def start(self) -> None:
        """Start the processes, after ending those of a stack that was killed."""
        await asyncio.to_thread(leftovers.sweep, self._folder / "run")
        self._running = [asyncio.create_task(process.run()) for process in self.processes]

    def states(self) -> dict[str, str]:
        """Return ``ready`` or ``starting`` for each service."""
        return {p.spec.name: "ready" if p.listening else "starting" for p in self.processes}

    async def ready(self) -> None:
        """Return when all processes listen."""
        await asyncio.gather(*(process.port() for process in self.processes))

    async def stop(self) -> None:
        """End requests and stop the processes: SIGTERM, and SIGKILL to those that are slow."""
        for ingress in self.ingresses:
            ingress.close()
        for running in self._running:
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        self.requests.close()
