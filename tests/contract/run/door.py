"""A service behind its ingress, run in a thread for a test."""

import asyncio
import socket
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from localcloud.http_server import HttpServer
from localcloud.run.ingress import Ingress
from localcloud.run.process import Process
from localcloud.run.request_log import RequestLog
from localcloud.run.service import ServiceSpec

SERVICE = Path(__file__).with_name("example_service.py")


def verify(token: str) -> Mapping[str, Any]:
    """Take tokens of the form ``good.AUDIENCE EMAIL.signature``, with no dots inside."""
    if not token.startswith("good."):
        raise ValueError("not signed by us")
    audience, _, email = token.split(".", 1)[1].rpartition(".")[0].partition(" ")
    return {"aud": audience, "email": email}


def example_spec(**settings: Any) -> ServiceSpec:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    defaults = {"name": "example", "command": (sys.executable, str(SERVICE)), "public": True}
    return ServiceSpec(port=port, **{**defaults, **settings})


class Door:
    """``client`` talks to the ingress; the process and the log can be looked at."""

    def __init__(self, spec: ServiceSpec, folder: Path, **limits: float) -> None:
        cold_start = limits.pop("cold_start_limit_s", 10)
        limits.setdefault("stop_limit_s", 0.5)
        self.spec = spec
        self.requests = RequestLog(folder)
        self.process = Process(spec, folder, **limits)
        self.client = httpx.Client(base_url=spec.url, trust_env=False, timeout=20)
        self._ingress = Ingress(spec, self.process, verify, self.requests, cold_start)
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def start(self) -> "Door":
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(20)
        self._loop.close()
        self.client.close()
        self.requests.close()

    def up(self) -> "Door":
        """Return when the process listens."""
        asyncio.run_coroutine_threadsafe(self.process.port(), self._loop).result(20)
        return self

    def close_ingress(self) -> None:
        self._loop.call_soon_threadsafe(self._ingress.close, 0)

    async def _run(self) -> None:
        server = HttpServer(self._ingress)
        await server.start()
        loop = asyncio.get_running_loop()
        listening = await loop.create_server(server.connection, "127.0.0.1", self.spec.port)
        supervising = asyncio.create_task(self.process.run())
        self._ready.set()
        await self._stop.wait()
        supervising.cancel()
        await asyncio.gather(supervising, return_exceptions=True)
        listening.close()
        await server.stop()
