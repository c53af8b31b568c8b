"""A language whose workflows are hand-written generators, and a cloud that runs them."""

import asyncio
import logging
from collections.abc import Callable, Collection, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx

from localcloud.clock import Clock
from localcloud.workflows.effects import Running
from localcloud.workflows.failures import DeploymentError, Fault
from localcloud.workflows.hosting import Hosting, Surroundings
from localcloud.workflows.transport import GoogleApis

PARENT = "projects/demo/locations/here"
BASE_URL = "http://127.0.0.1:9000"


class Scripted:
    """The source of a workflow is the name of a function that makes its generator."""

    def __init__(self, *functions: Callable[..., Running]) -> None:
        self._functions = {function.__name__: function for function in functions}

    def compile(
        self, source: str, _project: str, _env_names: Collection[str]
    ) -> Callable[..., Running]:
        if source not in self._functions:
            raise DeploymentError((Fault(f"no function {source}", 1, 1),), source)
        return self._functions[source]

    def run(self, compiled: Any, argument: Any, env: Mapping[str, str]) -> Running:
        return compiled(argument, env)


class Tokens:
    def id_token(self, email: str, audience: str) -> str:
        return f"id:{email}:{audience}"

    def access_token(self, email: str, scope: str) -> str:
        return f"access:{email}:{scope}"


@asynccontextmanager
async def hosting(
    *functions: Callable[..., Running],
    answer: Callable[[httpx.Request], httpx.Response] | None = None,
    database: Path = Path(":memory:"),
    clock: Clock | None = None,
    logger: logging.Logger | None = None,
):
    """Run a hosting; ``answer`` plays the internet."""
    hosted = Hosting(
        Surroundings(
            database=database,
            clock=clock or Clock(),
            tokens=Tokens(),
            base_url=BASE_URL,
            language=Scripted(*functions),
            google_apis=GoogleApis(BASE_URL),
            connections=httpx.MockTransport(answer or (lambda _: httpx.Response(404))),
            logger=logger or logging.getLogger("test.executions"),
        )
    )
    for function in functions:
        name = function.__name__.replace("_", "-")
        hosted.deploy(PARENT, name, function.__name__, "runner@demo", {})
    try:
        yield hosted
    finally:
        await hosted.stop()


async def settle() -> None:
    """Let everything run that can."""
    for _ in range(50):
        await asyncio.sleep(0)


async def begin(hosted: Hosting, workflow: str, argument: str = "null") -> str:
    """Return the name of a new execution that has run as far as it can."""
    name = await hosted.start(f"{PARENT}/workflows/{workflow}", argument, f"{workflow}{argument}")
    await settle()
    return name
