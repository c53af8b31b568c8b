"""Delivers tasks: each queue at its rate and concurrency, each task until it is answered 2xx.

https://cloud.google.com/tasks/docs/dual-overview
https://cloud.google.com/tasks/docs/reference/rest/v2/HttpRequest
"""

import asyncio
import logging
from dataclasses import dataclass

import httpx

from localcloud.clock import Clock
from localcloud.tasks.answer import TIMED_OUT, Answer, retry_after_s
from localcloud.tasks.backoff import retry_of
from localcloud.tasks.bucket import TokenBucket
from localcloud.tasks.messages import (
    Attempt,
    QueueMessage,
    QueueState,
    TaskMessage,
    micros_of,
    seconds_of,
    set_micros,
)
from localcloud.tasks.outgoing import Identity, Outgoing, outgoing
from localcloud.tasks.state import StoredTask, TaskState

log = logging.getLogger(__name__)


@dataclass(slots=True)
class _Lane:
    """What limits a queue: its bucket, and how many of its tasks are with workers."""

    bucket: TokenBucket
    running: int = 0


class Dispatcher:
    """Runs beside the API; ``wake`` tells it that a queue or a task changed."""

    def __init__(
        self, state: TaskState, http: httpx.AsyncClient, identity: Identity, clock: Clock
    ) -> None:
        self._state = state
        self._http = http
        self._identity = identity
        self._clock = clock
        self._lanes: dict[str, _Lane] = {}
        self._attempts: set[asyncio.Task[None]] = set()
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Deliver tasks until cancelled; attempts then under way are made again at next start."""
        try:
            while True:
                self._changed.clear()
                await self._rest_until(self._start_due())
        finally:
            for attempt in self._attempts:
                attempt.cancel()
            await asyncio.gather(*self._attempts, return_exceptions=True)

    def wake(self) -> None:
        self._changed.set()

    def run_now(self, name: str) -> None:
        """Begin an attempt whatever the limits, the schedule or the queue's state."""
        queue = name.partition("/tasks/")[0]
        self._start(name, self._state.queue(queue))

    async def _rest_until(self, when: float | None) -> None:
        """Return when something changed or the time has come."""
        if when is None:
            await self._changed.wait()
            return
        waits = {
            asyncio.ensure_future(self._changed.wait()),
            asyncio.ensure_future(self._clock.sleep_until(when)),
        }
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

    def _start_due(self) -> float | None:
        """Begin all attempts that may begin; return when the next may, as far as time decides."""
        running = [q for q in self._state.queues() if q.state == QueueState.RUNNING]
        times = [self._start_due_of(queue) for queue in running]
        return min((time for time in times if time is not None), default=None)

    def _start_due_of(self, queue: QueueMessage) -> float | None:
        lane, now = self._lane(queue), self._clock.time()
        free = queue.rate_limits.max_concurrent_dispatches - lane.running
        if free <= 0:
            return None
        # One more than there are tokens, to know whether anything waits for a token.
        limit = min(free, lane.bucket.whole(now) + 1)
        for name, due_us in self._state.waiting(queue.name, limit):
            if due_us > now * 1e6:
                return due_us / 1e6
            if not lane.bucket.take(now):
                return lane.bucket.ready_at(now)
            self._start(name, queue)
        return None

    def _lane(self, queue: QueueMessage) -> _Lane:
        limits, now = queue.rate_limits, self._clock.time()
        rate, burst = limits.max_dispatches_per_second, limits.max_burst_size
        lane = self._lanes.get(queue.name)
        if lane is None:
            lane = self._lanes[queue.name] = _Lane(TokenBucket(rate, burst, now))
        elif lane.bucket.rate != rate:
            lane.bucket = TokenBucket(rate, burst, now)
        return lane

    def _start(self, name: str, queue: QueueMessage) -> None:
        stored = self._state.find_task(name)
        if stored is None:
            return
        self._note_start(stored.message)
        lane = self._lane(queue)
        lane.running += 1
        attempt = asyncio.create_task(self._attempt(stored, queue))
        self._attempts.add(attempt)
        attempt.add_done_callback(lambda done: self._ended(done, lane))

    def _note_start(self, task: TaskMessage) -> None:
        task.dispatch_count += 1
        task.last_attempt.CopyFrom(Attempt(schedule_time=task.schedule_time))
        set_micros(task.last_attempt.dispatch_time, self._now_us())
        if not task.HasField("first_attempt"):
            task.first_attempt.dispatch_time.CopyFrom(task.last_attempt.dispatch_time)
        self._state.start_attempt(task)

    def _ended(self, attempt: asyncio.Task[None], lane: _Lane) -> None:
        lane.running -= 1
        self._attempts.discard(attempt)
        self.wake()
        if not attempt.cancelled() and (defect := attempt.exception()):
            log.error("an attempt ended by a defect", exc_info=defect)

    async def _attempt(self, stored: StoredTask, queue: QueueMessage) -> None:
        deadline_s = seconds_of(stored.message.dispatch_deadline)
        try:
            request = outgoing(stored, queue, self._identity)
            answer = await self._answer(request, deadline_s)
        except ValueError as error:
            answer = Answer(None, f"the request cannot be made: {error}")
        except Exception as error:
            # The attempt's outermost boundary: a defect here must not lose the task.
            log.exception("task %s could not be sent", stored.message.name)
            answer = Answer(None, f"localcloud could not send it: {error}")
        self._finish(stored, queue.name, answer)

    async def _answer(self, request: Outgoing, deadline_s: float) -> Answer:
        """Return the worker's answer, or that none came before the deadline."""
        sending = asyncio.ensure_future(self._send(request))
        alarm = asyncio.ensure_future(self._clock.sleep(deadline_s))
        try:
            await asyncio.wait({sending, alarm}, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                return sending.result()
            return Answer(TIMED_OUT, f"no response within {deadline_s:g}s")
        finally:
            sending.cancel()
            alarm.cancel()

    async def _send(self, request: Outgoing) -> Answer:
        headers = [(k.encode(), v.encode()) for k, v in request.headers.items()]
        try:
            async with self._http.stream(
                request.method,
                request.url,
                headers=headers,
                content=request.body or None,
                timeout=None,
                follow_redirects=False,
            ) as response:
                async for _ in response.aiter_raw():
                    pass  # the body is not looked at, but read, so that the worker can finish
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            return Answer(None, f"{type(error).__name__}: {error}")
        header = response.headers.get("retry-after")
        return Answer(response.status_code, retry_after_s=retry_after_s(header, self._clock.now()))

    def _finish(self, sent: StoredTask, queue: str, answer: Answer) -> None:
        """Remove the task, or have it wait for its retry."""
        name = sent.message.name
        # Read again: RunTask may have begun another attempt meanwhile.
        stored = self._state.find_task(name)
        if stored is None or not self._state.has_queue(queue):
            return
        if answer.succeeded:
            self._state.remove_task(name, self._clock.time())
            return
        task = stored.message
        self._note_failure(task, answer)
        delay_s = self._delay_s(task, queue, answer)
        if delay_s is None:
            log.warning(
                "task %s failed for good after %d attempts and is deleted: %s",
                *(name, task.dispatch_count, answer),
            )
            self._state.remove_task(name, self._clock.time())
            return
        log.info("task %s failed (%s), next attempt in %.1f s", name, answer, delay_s)
        set_micros(task.schedule_time, self._now_us() + int(delay_s * 1e6))
        executions = stored.execution_count + answer.counts_as_execution
        self._state.end_attempt(task, executions, answer.status)

    def _note_failure(self, task: TaskMessage, answer: Answer) -> None:
        task.last_attempt.response_status.CopyFrom(answer.as_status())
        if answer.came:
            task.response_count += 1
            set_micros(task.last_attempt.response_time, self._now_us())

    def _delay_s(self, task: TaskMessage, queue: str, answer: Answer) -> float | None:
        """Return how long to wait for the next attempt, or None where there is none."""
        own = task.retry_config if task.HasField("retry_config") else None
        retry = retry_of(self._state.queue(queue).retry_config, own)
        began_us = micros_of(task.first_attempt.dispatch_time)
        if retry.is_spent(task.dispatch_count, (self._now_us() - began_us) / 1e6):
            return None
        return max(retry.delay_s(task.dispatch_count), answer.retry_after_s)

    def _now_us(self) -> int:
        return self._clock.time_ns() // 1000
