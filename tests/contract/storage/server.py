"""The storage application in a thread of the tests: its clock, faults and events are at hand."""

import asyncio
import socket
import threading
from collections.abc import Callable
from pathlib import Path

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.storage.api import application
from localcloud.storage.events import ObjectEvent
from localcloud.storage.signed import Verify
from localcloud.storage.state import Storage


class Port:
    """One HTTP server for all tests; the application behind it changes."""

    def __init__(self) -> None:
        self.application: ASGIApp | None = None
        # With the protocol named, asyncio turns Nagle's algorithm off.
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)
        self._socket.bind(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(5)

    def run(self, act: Callable[[], object]) -> object:
        """Return what ``act`` returns on the server's loop."""

        async def on_loop() -> object:
            return act()

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(5)

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)
        self._socket.close()

    async def _serve(self) -> None:
        config = uvicorn.Config(
            self._answer, interface="asgi3", lifespan="off", log_level="warning", access_log=False
        )
        self._server = uvicorn.Server(config)
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self._server.serve(sockets=[self._socket])

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        assert self.application is not None
        await self.application(scope, receive, send)


class Server:
    """The stand-in on a folder of its own."""

    def __init__(self, port: Port, folder: Path, verify: Verify) -> None:
        self.url = port.url
        self.clock = Clock()
        self.faults = Faults()
        self._port = port
        self._folder = folder
        self._verify = verify
        port.run(self._open)

    def restart(self) -> None:
        """Begin anew with what is on disk."""
        self.close()
        self._port.run(self._open)

    def close(self) -> None:
        self._port.run(self._storage.close)

    def run(self, act: Callable[[Storage], object]) -> object:
        """Return what ``act`` returns on the server's loop."""
        return self._port.run(lambda: act(self._storage))

    def events(self) -> list[ObjectEvent]:
        pending = self.run(lambda storage: storage.events.pending(0, 1000))
        assert isinstance(pending, list)
        return pending

    def _open(self) -> None:
        self._storage = Storage(self._folder, self.clock)
        self._port.application = application(self._storage, self.faults, self._verify)
