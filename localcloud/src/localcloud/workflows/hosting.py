"""The Workflows and Executions APIs of one data folder, put together.

The owner of the process gives it what it shares with the rest, adds ``services`` and
``routes`` to its port, and awaits ``recover`` once the port answers.
"""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from google.cloud.workflows_v1 import types
from starlette.routing import Route

from localcloud.clock import Clock
from localcloud.database import open_database
from localcloud.rpc import Service
from localcloud.workflows import (
    api,
    api_executions,
    api_routes,
    callbacks,
    journal,
    steps,
)
from localcloud.workflows.callbacks import Callbacks
from localcloud.workflows.engine import Engine
from localcloud.workflows.engine_log import ExecutionLog
from localcloud.workflows.engine_world import World
from localcloud.workflows.executions import Executions
from localcloud.workflows.language import Language
from localcloud.workflows.limits import DEFAULT_LIMITS, Limits
from localcloud.workflows.state import Workflows
from localcloud.workflows.transport import GoogleApis, TokenIssuer, Transport, new_connections


@dataclass(frozen=True, kw_only=True)
class Surroundings:
    """What hosting needs from its owner; ``base_url`` is where this process is reached.

    ``logger`` receives one JSON line for each entry that executions write;
    ``connections`` carry their requests, and are closed with the hosting.
    """

    database: Path
    clock: Clock
    tokens: TokenIssuer
    base_url: str
    language: Language
    google_apis: GoogleApis
    limits: Limits = DEFAULT_LIMITS
    connections: httpx.AsyncBaseTransport = field(default_factory=new_connections)
    logger: logging.Logger = field(
        default_factory=lambda: logging.getLogger("localcloud.executions")
    )


class Hosting:
    """Deployed workflows and their executions."""

    def __init__(self, around: Surroundings) -> None:
        schema = journal.SCHEMA + steps.SCHEMA + callbacks.SCHEMA
        self._database = open_database(around.database, schema)
        self._connections = around.connections
        clock = around.clock
        transport = Transport(around.connections, around.google_apis, around.tokens, around.limits)
        self._callbacks = Callbacks(self._database)
        world = World(self._database, clock, transport, self._callbacks, around.base_url)
        self._engine = Engine(world)
        self.workflows = Workflows(self._database, clock, around.language)
        self.executions = Executions(
            self._database,
            clock,
            workflows=self.workflows,
            language=around.language,
            engine=self._engine,
            make_log=lambda name, revision: ExecutionLog(around.logger, clock, name, revision),
            limits=around.limits,
        )
        self.services = self._services(clock)
        self.routes = self._routes(clock)

    def deploy(
        self,
        parent: str,
        workflow_id: str,
        source: str,
        service_account: str,
        env: Mapping[str, str],
    ) -> str:
        """Return the revision that now runs; it is a new one only if something changed.

        Raises RpcError (INVALID_ARGUMENT) with every fault of a source that is refused.
        """
        wanted = types.Workflow.pb()(source_contents=source, service_account=service_account)
        wanted.user_env_vars.update(env)
        deployed = self.workflows.deploy(f"{parent}/workflows/{workflow_id}", wanted)
        return str(deployed.revision_id)

    async def start(self, workflow: str, argument_json: str, dedupe_key: str) -> str:
        """Return the execution that the key started, once within 24 hours."""
        return await self.executions.start(workflow, argument_json, dedupe_key)

    async def recover(self) -> int:
        """Continue what was running when the last process ended; return how many."""
        return await self.executions.recover()

    async def stop(self) -> None:
        """Let go of all executions; the next process continues them."""
        await self._engine.stop()
        await self._connections.aclose()
        self._database.close()

    def _services(self, clock: Clock) -> tuple[Service, ...]:
        operations = api.Operations(self._database, clock)
        return (
            api.service(api.Methods(self.workflows, self.executions, operations)),
            api_executions.service(api_executions.Methods(self.executions)),
            api.operations_service(operations),
        )

    def _routes(self, clock: Clock) -> list[Route]:
        history = api_routes.History(self._database, self.executions, self._callbacks)
        return api_routes.routes(history, self._callbacks, clock)
