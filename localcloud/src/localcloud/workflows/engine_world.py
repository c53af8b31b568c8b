"""The world that executions act on, and how each effect is done to it."""

import asyncio
import sqlite3
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import assert_never

from localcloud.clock import Clock
from localcloud.workflows.callbacks import Callbacks
from localcloud.workflows.effects import (
    AwaitCallback,
    CreateCallback,
    HttpRequest,
    Log,
    NewUuid,
    Now,
    Sleep,
    Value,
    WorkflowError,
)
from localcloud.workflows.engine_branches import NOTHING, Answer
from localcloud.workflows.engine_log import ExecutionLog
from localcloud.workflows.failures import error, value_error
from localcloud.workflows.transport import Transport

Instant = Now | NewUuid | Log | CreateCallback
"""Effects that are answered on the spot, and whose answer must be recorded."""

Waiting = HttpRequest | Sleep | AwaitCallback
"""Effects that take time."""


@dataclass(frozen=True, slots=True)
class World:
    """What all executions share; ``base_url`` is where callbacks reach this process."""

    database: sqlite3.Connection
    clock: Clock
    transport: Transport
    callbacks: Callbacks
    base_url: str


class CallLog(Enum):
    """Which call steps are logged.

    https://cloud.google.com/workflows/docs/log-workflow#call-logging
    """

    NONE = "none"
    ERRORS = "errors"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Subject:
    """One execution as the engine sees it; ``name`` is the full resource name."""

    name: str
    service_account: str
    log: ExecutionLog
    calls: CallLog = CallLog.NONE

    @property
    def id(self) -> str:
        return self.name.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Arrival:
    """The call that ended a wait; it is forgotten once the journal has it."""

    call: int
    answer: Answer


def answer_now(world: World, subject: Subject, effect: Instant) -> Answer:
    """Return the answer of an effect that needs no waiting."""
    match effect:
        case Now():
            return Answer(world.clock.time())
        case NewUuid():
            return Answer(str(uuid.uuid4()))
        case Log(severity, payload):
            subject.log.write(severity, payload)
            return NOTHING
        case CreateCallback(http_method):
            callback = world.callbacks.open(subject.id, http_method)
            return Answer({"url": f"{world.base_url}/v1/{subject.name}/callbacks/{callback}"})
    assert_never(effect)


def due_time(world: World, effect: Waiting) -> float | None:
    """Return when the wait ends by itself (Unix seconds); None for a request."""
    match effect:
        case Sleep(seconds):
            return world.clock.time() + seconds
        case AwaitCallback(_, timeout_s):
            return world.clock.time() + timeout_s
        case HttpRequest():
            return None
    assert_never(effect)


async def perform(
    world: World, subject: Subject, effect: Waiting, due: float | None
) -> Answer | Arrival:
    """Do the effect and return its answer."""
    try:
        match effect:
            case Sleep():
                await world.clock.sleep_until(due or 0.0)
                return NOTHING
            case HttpRequest():
                return Answer(await world.transport.send(effect, subject.service_account))
            case AwaitCallback(callback):
                return await _await_callback(world, subject, callback, due or 0.0)
    except WorkflowError as failure:
        return Answer(error=failure)
    assert_never(effect)


async def _await_callback(
    world: World, subject: Subject, callback: Mapping[str, Value], due: float
) -> Arrival:
    identifier = str(callback.get("url", "")).rpartition("/")[2]
    if not world.callbacks.exists(subject.id, identifier):
        raise value_error("the callback is not one that this execution has created")
    arrival = asyncio.ensure_future(world.callbacks.arrival(identifier))
    deadline = asyncio.ensure_future(world.clock.sleep_until(due))
    try:
        await asyncio.wait((arrival, deadline), return_when=asyncio.FIRST_COMPLETED)
        if not arrival.done():
            raise error("TimeoutError", "timed out waiting for the callback")
        call, event = arrival.result()
        return Arrival(call, Answer(event))
    finally:
        arrival.cancel()
        deadline.cancel()
