"""Put the local cloud together: every API on one port, and a stack on top of it.

The composition root: it alone knows which parts there are.
"""

import asyncio
import logging
import os
import sqlite3
import sys
import tempfile
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import grpc
import httpx
from starlette.routing import Route
from starlette.types import ASGIApp

from localcloud import admin
from localcloud.clock import Clock
from localcloud.deployment import deploy
from localcloud.environment import HOST, KEY_FILE, base_url, client_environment
from localcloud.errors import StartError
from localcloud.eventarc.router import Router, Trigger
from localcloud.execution_log import execution_log
from localcloud.faults import Faults
from localcloud.firestore import api as firestore_api
from localcloud.firestore.store import Store
from localcloud.folder import locked_folder
from localcloud.http_server import HttpServer
from localcloud.identity import api as identity_api
from localcloud.identity.keys import load_keys, write_service_account
from localcloud.identity.tokens import Identity
from localcloud.paths import Paths
from localcloud.port import Sniffer, listen
from localcloud.rest import Rest
from localcloud.rpc import Service, grpc_handlers
from localcloud.run.cloud_run import CloudRun
from localcloud.run.service import ServiceSpec
from localcloud.stack import Stack
from localcloud.storage import api as storage_api
from localcloud.storage.state import Storage
from localcloud.tasks import api as tasks_api
from localcloud.tasks.dispatch import Dispatcher
from localcloud.tasks.state import TaskState
from localcloud.vision import api as vision_api
from localcloud.vision.state import MAX_OBJECT_BYTES, TooLargeError, Vision
from localcloud.vision.worker import Worker
from localcloud.workflows.hosting import Hosting, Surroundings
from localcloud.workflows.interpreted import Interpreted
from localcloud.workflows.transport import GoogleApis

log = logging.getLogger(__name__)

MAX_MESSAGE_BYTES = 64 * 1024 * 1024
# httpx looks at every idle connection for each request: a thousand of them cost 10 ms.
HTTP_LIMITS = httpx.Limits(max_connections=None, max_keepalive_connections=20)


@dataclass(frozen=True, slots=True)
class Options:
    """Where the state is kept, the port, and whether the Vision models are loaded at once."""

    folder: Path
    port: int
    warm: bool = True


class Cloud:
    """The local cloud in this event loop; an asynchronous context manager."""

    def __init__(self, options: Options, stack: Stack) -> None:
        self._options = options
        self._stack = stack
        self._url = base_url(options.port)
        self._faults = Faults()
        self._clock = Clock()
        self._exit = AsyncExitStack()

    async def __aenter__(self) -> Self:
        """Start everything, but wait for no service.  Raises StartError."""
        try:
            await self._start()
        except (OSError, sqlite3.Error) as error:
            await self._exit.aclose()
            folder = self._options.folder
            raise StartError(
                f"the data in {folder} cannot be used ({error}). "
                "Move it away to start empty, or name another folder with --data."
            ) from error
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._exit.aclose()

    async def ready(self) -> None:
        """Return when every service of the stack listens."""
        await self._cloud_run.ready()

    async def _start(self) -> None:
        folder = self._exit.enter_context(locked_folder(self._options.folder))
        self._keys = load_keys(folder)
        self._identity = Identity(self._keys, self._clock)
        email = f"developer@{self._stack.project}.iam.gserviceaccount.com"
        key_file = folder / KEY_FILE
        write_service_account(key_file, self._keys, self._stack.project, email, self._url)
        self._http = await self._exit.enter_async_context(
            httpx.AsyncClient(trust_env=False, limits=HTTP_LIMITS)
        )
        self._storage = Storage(folder / "storage", self._clock)
        self._exit.callback(self._storage.close)
        services = [
            self._firestore(folder),
            self._cloud_tasks(folder),
            self._vision(),
            *self._workflows(folder),
        ]
        self._cloud_run = CloudRun(self._specs(key_file), folder, self._identity.verify_id_token)
        await self._listen(services)
        await self._run_stack()

    def _firestore(self, folder: Path) -> Service:
        store = Store(folder / "firestore.db", self._clock)
        self._exit.callback(store.close)
        return firestore_api.service(store)

    def _cloud_tasks(self, folder: Path) -> Service:
        self._tasks = TaskState(folder / "tasks.db")
        self._exit.callback(self._tasks.close)
        self._dispatcher = Dispatcher(self._tasks, self._http, self._identity, self._clock)
        return tasks_api.service(self._tasks, self._dispatcher, self._clock)

    def _vision(self) -> Service:
        worker = Worker()
        self._exit.push_async_callback(worker.close)
        if self._options.warm:
            self._run(worker.warm())
        return vision_api.service(Vision(worker.ask, self._read_picture))

    async def _read_picture(self, bucket: str, name: str) -> bytes:
        stored = self._storage.objects.find(bucket, name)
        if stored is not None and stored.size > MAX_OBJECT_BYTES:
            raise TooLargeError(name)
        return await self._storage.read(bucket, name)

    def _workflows(self, folder: Path) -> tuple[Service, ...]:
        around = Surroundings(
            database=folder / "workflows.db",
            clock=self._clock,
            tokens=self._identity,
            base_url=self._url,
            language=Interpreted(),
            google_apis=GoogleApis(self._url),
            logger=execution_log(folder / "logs"),
        )
        self._hosting = Hosting(around)
        self._exit.push_async_callback(self._hosting.stop)
        return self._hosting.services

    def _specs(self, key_file: Path) -> list[ServiceSpec]:
        stack, port = self._stack, self._options.port
        shared = os.environ | client_environment(stack.project, stack.location, port, key_file)
        return [
            ServiceSpec(
                name=service.name,
                command=tuple(sys.executable if w == "python" else w for w in service.command),
                port=stack.service_port(service.name, port),
                env=shared | service.env,
                public=service.public,
                invokers=service.invokers or None,
                concurrency=service.concurrency,
                timeout_s=service.timeout_s,
            )
            for service in stack.services
        ]

    async def _listen(self, services: list[Service]) -> None:
        grpc_socket = await self._serve_grpc(services)
        storage = storage_api.application(
            self._storage,
            self._faults,
            lambda message, signed: self._keys.verifies(signed, message),
        )
        http = await self._serve(Paths(self._routes(), Rest(services, self._faults), storage))
        await self._open(lambda: Sniffer(http.connection, grpc_socket), self._options.port)
        for ingress in self._cloud_run.ingresses:
            await self._open((await self._serve(ingress)).connection, ingress.spec.port)

    def _routes(self) -> list[Route]:
        return [
            *admin.routes(self._faults, self._clock, self._cloud_run.states),
            *identity_api.routes(self._identity),
            *self._hosting.routes,
        ]

    async def _serve_grpc(self, services: list[Service]) -> Path:
        # In a folder of its own: a socket's path may have about 100 bytes only.
        folder = tempfile.TemporaryDirectory(prefix="localcloud-")
        socket = Path(self._exit.enter_context(folder)) / "grpc"
        sizes = [
            ("grpc.max_receive_message_length", MAX_MESSAGE_BYTES),
            ("grpc.max_send_message_length", MAX_MESSAGE_BYTES),
        ]
        server = grpc.aio.server(options=sizes)
        server.add_generic_rpc_handlers(grpc_handlers(services, self._faults))
        server.add_insecure_port(f"unix:{socket}")
        await server.start()
        self._exit.push_async_callback(server.stop, 1.0)
        return socket

    async def _serve(self, application: ASGIApp) -> HttpServer:
        server = HttpServer(application)
        await server.start()
        self._exit.push_async_callback(server.stop)
        return server

    async def _open(self, protocol: Any, port: int) -> None:
        listener = await listen(protocol, HOST, port)
        self._exit.callback(listener.close)

    async def _run_stack(self) -> None:
        deploy(self._stack, self._storage, self._tasks, self._hosting)
        await self._cloud_run.start()
        self._exit.push_async_callback(self._cloud_run.stop)
        if continued := await self._hosting.recover():
            log.info("%d executions of the last run continue", continued)
        self._run(self._dispatcher.run())
        triggers = [
            Trigger(t.name, t.event_type, t.bucket, self._stack.workflow_name(t.workflow))
            for t in self._stack.triggers
        ]
        router = Router(self._storage.events, triggers, self._hosting.start, self._clock)
        self._run(router.run())

    def _run(self, work: Coroutine[Any, Any, None]) -> None:
        """Run beside everything else until the end; a defect shows in the log."""
        task = asyncio.create_task(work)
        task.add_done_callback(_report)
        self._exit.push_async_callback(asyncio.wait, [task])
        self._exit.callback(task.cancel)


def _report(task: asyncio.Task[None]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("a background task ended", exc_info=error)
