"""Run single workflows without deploying them: nothing is kept.

Callbacks are received on a port of the machine's choice.
"""

import asyncio
import logging
import uuid
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from starlette.applications import Starlette

from localcloud.clock import Clock
from localcloud.database import open_database
from localcloud.http_server import HttpServer
from localcloud.workflows import callbacks, journal, steps
from localcloud.workflows.api_callbacks import callback_route
from localcloud.workflows.callbacks import Callbacks
from localcloud.workflows.effects import Value
from localcloud.workflows.engine import Engine
from localcloud.workflows.engine_branches import Ending
from localcloud.workflows.engine_log import ExecutionLog
from localcloud.workflows.engine_world import Subject, World
from localcloud.workflows.interpreted import Interpreted
from localcloud.workflows.limits import DEFAULT_LIMITS, Limits
from localcloud.workflows.names import PROJECT_NUMBER
from localcloud.workflows.transport import GoogleApis, TokenIssuer, Transport, new_connections

SERVICE_ACCOUNT = f"{PROJECT_NUMBER}-compute@developer.gserviceaccount.com"
DEFAULT_ENV: Mapping[str, str] = {
    "GOOGLE_CLOUD_PROJECT_ID": "local-dev",
    "GOOGLE_CLOUD_PROJECT_NUMBER": PROJECT_NUMBER,
    "GOOGLE_CLOUD_LOCATION": "us-central1",
    "GOOGLE_CLOUD_WORKFLOW_ID": "workflow",
    "GOOGLE_CLOUD_WORKFLOW_REVISION_ID": "000001-000",
    "GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME": SERVICE_ACCOUNT,
}


@dataclass(frozen=True, slots=True)
class Task:
    """A workflow to run, and in what surroundings."""

    source: str
    argument: Value = None
    env: Mapping[str, str] = field(default_factory=dict)
    google_apis: GoogleApis = GoogleApis(None)  # noqa: RUF009 -- frozen
    limits: Limits = DEFAULT_LIMITS

    @property
    def whole_env(self) -> dict[str, str]:
        """The environment: what was given, and defaults for the rest."""
        fresh = {"GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID": str(uuid.uuid4())}
        return {**DEFAULT_ENV, **fresh, **self.env}


class Evaluator:
    """Runs tasks; an asynchronous context manager."""

    def __init__(self, tokens: TokenIssuer, logger: logging.Logger) -> None:
        schema = journal.SCHEMA + steps.SCHEMA + callbacks.SCHEMA
        self._database = open_database(Path(":memory:"), schema)
        self._callbacks = Callbacks(self._database)
        self._clock = Clock()
        self._tokens = tokens
        self._logger = logger
        self._exit = AsyncExitStack()
        self._server: HttpServer | None = None
        self._url = ""

    async def __aenter__(self) -> Self:
        self._connections = await self._exit.enter_async_context(new_connections())
        loop = asyncio.get_running_loop()
        listener = await loop.create_server(self._connection, "127.0.0.1", 0)
        self._exit.callback(listener.close)
        self._url = f"http://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            await self._server.stop()
        await self._exit.aclose()
        self._database.close()

    async def evaluate(self, task: Task) -> Ending:
        """Return how the workflow ended.  Raises DeploymentError."""
        regional = not task.google_apis.per_service
        language = Interpreted(task.limits, trace_steps=False, regional=regional)
        env = task.whole_env
        program = language.compile(task.source, env["GOOGLE_CLOUD_PROJECT_ID"], env.keys())
        ended: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        engine = Engine(self._world(task))
        engine.start(
            self._subject(env),
            language.run(program, task.argument, env),
            lambda ending: ended.set_result(ending or Ending()),
        )
        return await ended

    def _world(self, task: Task) -> World:
        transport = Transport(self._connections, task.google_apis, self._tokens, task.limits)
        return World(self._database, self._clock, transport, self._callbacks, self._url)

    def _subject(self, env: Mapping[str, str]) -> Subject:
        name = (
            f"projects/{env['GOOGLE_CLOUD_PROJECT_ID']}/locations/{env['GOOGLE_CLOUD_LOCATION']}"
            f"/workflows/{env['GOOGLE_CLOUD_WORKFLOW_ID']}"
            f"/executions/{env['GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID']}"
        )
        revision = env["GOOGLE_CLOUD_WORKFLOW_REVISION_ID"]
        log = ExecutionLog(self._logger, self._clock, name, revision)
        return Subject(name, env["GOOGLE_CLOUD_SERVICE_ACCOUNT_NAME"], log)

    def _connection(self) -> asyncio.Protocol:
        """Return the protocol of a connection; the first one starts the server."""
        if self._server is None:
            route = callback_route(self._callbacks, self._clock)
            self._server = HttpServer(Starlette(routes=[route]))
            self._starting = asyncio.ensure_future(self._server.start())
        return self._server.connection()
