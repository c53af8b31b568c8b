"""Deliver events to workflows, at least once.

An event is forgotten when every execution that it asks for has *started*; what
becomes of an execution is not Eventarc's business.  A delivery that fails is
tried again after 10 s, later up to 600 s, for 24 hours.
https://cloud.google.com/eventarc/docs/retry-events
https://cloud.google.com/workflows/docs/trigger-workflow-eventarc
"""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from localcloud.clock import Clock
from localcloud.errors import RpcError
from localcloud.eventarc.event import cloud_event, event_id, source
from localcloud.storage.events import Events, ObjectEvent

log = logging.getLogger(__name__)

FIRST_DELAY_S = 10.0
LAST_DELAY_S = 600.0
KEPT_S = 24 * 3600.0
BATCH = 200

StartExecution = Callable[[str, str, str], Awaitable[str]]
"""(workflow, argument as JSON text, key that marks a duplicate) to the execution's name."""


@dataclass(frozen=True, slots=True)
class Trigger:
    """Which events of which bucket start which workflow (its full name)."""

    name: str
    event_type: str
    bucket: str
    workflow: str

    def wants(self, event: ObjectEvent) -> bool:
        return (event.type, event.bucket) == (self.event_type, self.bucket)


class Router:
    """Takes events out of Cloud Storage's outbox and starts what the triggers name."""

    def __init__(
        self, events: Events, triggers: Sequence[Trigger], start: StartExecution, clock: Clock
    ) -> None:
        self._events = events
        self._triggers = tuple(triggers)
        self._start = start
        self._clock = clock
        self._retrying: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Deliver for ever, oldest first; a failing delivery does not hold up the others."""
        last = 0
        while True:
            self._events.changed.clear()
            while batch := self._events.pending(after=last, limit=BATCH):
                for event in batch:
                    await self._take(event)
                    last = event.id
                await asyncio.sleep(0)
            await self._events.changed.wait()

    async def _take(self, event: ObjectEvent) -> None:
        if not await self._deliver(event):
            task = asyncio.create_task(self._retry(event))
            self._retrying.add(task)
            task.add_done_callback(self._retrying.discard)

    async def _deliver(self, event: ObjectEvent) -> bool:
        """Start every execution that the event asks for; the key makes a repetition harmless."""
        argument = json.dumps(cloud_event(event))
        for trigger in self._triggers:
            if not trigger.wants(event):
                continue
            key = f"{source(event)}/{event_id(event)}/{trigger.name}"
            try:
                await self._start(trigger.workflow, argument, key)
            except RpcError as error:
                log.warning("trigger %s cannot deliver: %s", trigger.name, error.message)
                return False
        self._events.forget(event.id)
        return True

    async def _retry(self, event: ObjectEvent) -> None:
        end = datetime.fromisoformat(event.time).timestamp() + KEPT_S
        delay = FIRST_DELAY_S
        while self._clock.time() + delay < end:
            await self._clock.sleep(delay)
            if await self._deliver(event):
                return
            delay = min(2 * delay, LAST_DELAY_S)
        log.error("event %s is dropped: it could not be delivered in 24 hours", event_id(event))
        self._events.forget(event.id)
