"""Serve an ASGI application on connections that somebody else accepts."""

import asyncio
import contextlib
from collections.abc import Iterator

import uvicorn
from starlette.types import ASGIApp

STOP_TIMEOUT_S = 5


class _QuietServer(uvicorn.Server):
    """uvicorn without signal handlers: the process has an owner of its own."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class HttpServer:
    """HTTP/1.1 for one application; ``connection`` makes the protocol of an accepted connection."""

    def __init__(self, application: ASGIApp) -> None:
        config = uvicorn.Config(
            application,
            http="httptools",
            ws="none",
            lifespan="off",
            log_level="warning",
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=75,
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
        )
        config.load()
        self._server = _QuietServer(config)
        self._serving: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin; without listeners of its own it only keeps time for its connections."""
        self._serving = asyncio.create_task(self._server.serve(sockets=[]))
        while not self._server.started:
            await asyncio.sleep(0.001)

    def connection(self) -> asyncio.Protocol:
        """Return the protocol for a new connection."""
        config = self._server.config
        protocol: asyncio.Protocol = config.http_protocol_class(  # type: ignore[call-arg]
            config=config, server_state=self._server.server_state, app_state={}
        )
        return protocol

    async def stop(self) -> None:
        """Let running requests end, for ``STOP_TIMEOUT_S`` at most."""
        self._server.should_exit = True
        if self._serving is not None:
            await self._serving
