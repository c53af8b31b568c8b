"""Cloud Tasks served on loopback in a thread, and a worker that records what it is sent."""

import asyncio
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
import httpx
from google.cloud.tasks_v2 import CloudTasksClient, Task
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.http_server import HttpServer
from localcloud.rest import Rest
from localcloud.rpc import grpc_handlers
from localcloud.tasks.api import service
from localcloud.tasks.dispatch import Dispatcher
from localcloud.tasks.state import TaskState

LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=20)
PARENT = "projects/p/locations/europe-west1"


class FakeIdentity:
    def id_token(self, email: str, audience: str) -> str:
        return f"id:{email}:{audience}"

    def access_token(self, email: str, scope: str) -> str:
        return f"access:{email}:{scope}"


@dataclass(frozen=True)
class Received:
    at: float
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Worker:
    """Answers ``answers`` in turn, then 200; ``hold_s`` is how long each answer takes."""

    answers: list[Response] = field(default_factory=list)
    hold_s: float = 0.0
    url: str = ""
    received: list[Received] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        headers = dict(request.headers)
        body = await request.body()
        query = scope["query_string"].decode()
        path = scope["raw_path"].decode() + (f"?{query}" if query else "")
        self.received.append(Received(time.time(), request.method, path, headers, body))
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await asyncio.sleep(self.hold_s)
        finally:
            self.at_once -= 1
        answer = self.answers.pop(0) if self.answers else Response()
        await answer(scope, receive, send)


async def serve(application: ASGIApp) -> tuple[asyncio.Server, HttpServer, str]:
    server = HttpServer(application)
    await server.start()
    listening = await asyncio.get_running_loop().create_server(server.connection, "127.0.0.1", 0)
    return listening, server, f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"


async def stop(server: HttpServer) -> None:
    """Stop at once, whatever requests a test has left hanging; a proper stop takes 0.2 s."""
    assert server._serving is not None
    state = server._server.server_state
    for connection in list(state.connections):
        connection.transport.abort()
    hanging = [server._serving, *state.tasks]
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)


class Stack:
    """The API at ``grpc_target`` and ``url``, and the worker."""

    def __init__(self, path: Path) -> None:
        self.clock = Clock()
        self.worker = Worker()
        self._path = path
        self.grpc_target = ""
        self.url = ""
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._run(),))

    def start(self) -> None:
        self._thread.start()
        assert self._ready.wait(10)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    def advance(self, seconds: float) -> None:
        self._loop.call_soon_threadsafe(self.clock.advance, seconds)

    async def _run(self) -> None:
        faults = Faults()
        state = TaskState(self._path)
        async with httpx.AsyncClient(trust_env=False, limits=LIMITS) as http:
            dispatcher = Dispatcher(state, http, FakeIdentity(), self.clock)
            services = [service(state, dispatcher, self.clock)]
            rest, rest_server, self.url = await serve(Rest(services, faults))
            work, work_server, self.worker.url = await serve(self.worker)
            server = grpc.aio.server()
            server.add_generic_rpc_handlers(grpc_handlers(services, faults))
            self.grpc_target = f"127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
            await server.start()
            running = asyncio.create_task(dispatcher.run())
            self._ready.set()
            await self._stop.wait()
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)
            await server.stop(None)
            rest.close()
            work.close()
            await asyncio.gather(stop(rest_server), stop(work_server))
        state.close()


class Caller:
    """Google's client, with shorthands for what the tests do most."""

    def __init__(self, client: CloudTasksClient) -> None:
        self.client = client

    def make_queue(self, name: str = "q", **settings: Any) -> str:
        queue = {"name": f"{PARENT}/queues/{name}", **settings}
        return str(self.client.create_queue({"parent": PARENT, "queue": queue}).name)

    def add(self, queue: str, url: str, name: str | None = None, **task: Any) -> Task:
        """Create a task that POSTs to a URL; a ``name`` is the short one."""
        request = {"url": url, **task.pop("http_request", {})}
        named = {"name": f"{queue}/tasks/{name}"} if name else {}
        asked = {"http_request": request, **named, **task}
        return self.client.create_task({"parent": queue, "task": asked})
