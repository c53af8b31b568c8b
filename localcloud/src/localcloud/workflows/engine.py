"""Drives executions on the event loop, durably.

Every answer is in the journal before anything that follows from it can be seen
outside.  ``resume`` rebuilds an execution from its journal: finished effects are not
done again, a request that was under way is sent again, a sleep ends when it would have
ended, an open callback is waited for under the same URL.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Iterator
from functools import partial

from localcloud.workflows.effects import (
    AwaitCallback,
    Breathe,
    Effect,
    Fork,
    HttpRequest,
    Running,
    Sleep,
    StepEnded,
    StepStarted,
)
from localcloud.workflows.engine_branches import NOTHING, Answer, Branches, Ending, Path
from localcloud.workflows.engine_world import (
    Arrival,
    CallLog,
    Subject,
    Waiting,
    World,
    answer_now,
    due_time,
    perform,
)
from localcloud.workflows.failures import error
from localcloud.workflows.journal import Record, transaction
from localcloud.workflows.steps import CANCELLED, FAILED, Entry, StepHistory

log = logging.getLogger(__name__)

Ended = Callable[[Ending | None], None]
"""Told the ending, or None where the execution was cancelled, inside the last transaction."""

CALL_KIND = "call of "
"""What the kinds of the steps that call something begin with."""

REPLAYED_AT_ONCE = 1000
"""Journal entries that a resumed execution takes before it gives the loop a turn."""


class Engine:
    """All live executions, by their ids."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._live: dict[str, LiveExecution] = {}

    def start(self, subject: Subject, running: Running, ended: Ended) -> None:
        """Begin an execution with the next turn of the loop."""
        live = self._add(subject, running, ended)
        asyncio.get_running_loop().call_soon(live.begin)

    async def resume(self, subject: Subject, running: Running, ended: Ended) -> None:
        """Continue an execution that an earlier process has begun."""
        await self._add(subject, running, ended).resume()

    def cancel(self, execution: str) -> None:
        """End a live execution; its steps under way are cancelled."""
        if execution in self._live:
            self._live[execution].cancel()

    def current_step(self, execution: str) -> StepStarted | None:
        """Return the step that began last, while the execution is live."""
        live = self._live.get(execution)
        return live.steps.current if live else None

    async def stop(self) -> None:
        """Let go of everything as it stands; the journal knows how to continue."""
        for live in list(self._live.values()):
            live.abandon()
        self._live.clear()
        await asyncio.sleep(0)

    def _add(self, subject: Subject, running: Running, ended: Ended) -> "LiveExecution":
        def forget(ending: Ending | None) -> None:
            self._live.pop(subject.id, None)
            ended(ending)

        live = LiveExecution(self._world, subject, running, forget)
        self._live[subject.id] = live
        return live


def _unlike_journal() -> Ending:
    message = "the workflow runs otherwise than its journal says, so it cannot be continued"
    return Ending(None, error("SystemError", message))


class LiveExecution:
    """One execution that is running in this process."""

    def __init__(self, world: World, subject: Subject, running: Running, ended: Ended) -> None:
        self._world = world
        self._subject = subject
        self._ended = ended
        self._branches = Branches(running, self._inline)
        self._record = Record(world.database, subject.id)
        self._inbox: deque[tuple[Path, Answer | Arrival]] = deque()
        self._tasks: dict[Path, asyncio.Task[None]] = {}
        self._dues: dict[Path, float] = {}
        self._replay: Iterator[tuple[Path, Answer]] = iter(())
        self._over = False
        self.steps = StepHistory(world.database, subject.id, world.clock)

    def begin(self) -> None:
        """Run from the start."""
        if not self._over:
            self._turn(self._branches.start)

    async def resume(self) -> None:
        """Run again from the start with the recorded answers, then go on."""
        self.steps.load()
        self._replay = self._record.replay()
        self._dues = self._record.timers()
        self._guard(self._branches.start)
        await self._play_back()
        self.steps.replayed()
        self._turn(self._branches.go_on)

    def cancel(self) -> None:
        if not self._over:
            self._finish(None)

    def abandon(self) -> None:
        """Stop without ending."""
        self._over = True
        for task in self._tasks.values():
            task.cancel()
        self._branches.close()

    async def _play_back(self) -> None:
        count = 0
        while self._branches.ending is None:
            count += 1
            if self._branches.breathing or count % REPLAYED_AT_ONCE == 0:
                await asyncio.sleep(0)
            if self._branches.breathing:
                self._guard(self._branches.go_on)
                continue
            entry = next(self._replay, None)
            if entry is None:
                return
            if entry[0] not in self._branches.wanted:
                self._branches.ending = _unlike_journal()
                return
            self._guard(partial(self._branches.feed, *entry))

    def _turn(self, step: Callable[[], None]) -> None:
        """Run ``step`` and what has arrived, commit, then start what was asked for."""
        if self._over:
            return
        self._guard(step)
        while self._inbox and not self._branches.breathing and self._branches.ending is None:
            self._guard(self._take)
        if self._branches.ending is not None:
            self._finish(self._branches.ending)
            return
        fresh = self._fresh()
        with transaction(self._world.database):
            self._record.commit()
            self.steps.commit()
        for path, effect in fresh:
            self._launch(path, effect)
        if self._branches.breathing:
            asyncio.get_running_loop().call_soon(self._turn, self._branches.go_on)

    def _take(self) -> None:
        path, answer = self._inbox.popleft()
        del self._tasks[path]
        self._dues.pop(path, None)
        if isinstance(answer, Arrival):
            self._world.callbacks.take(answer.call)
            answer = answer.answer
        self._record.append(path, answer)
        self._branches.feed(path, answer)

    def _guard(self, step: Callable[[], None]) -> None:
        """Run ``step``; a defect of ours ends this execution and no other."""
        try:
            step()
        except Exception:
            log.exception("%s met a defect", self._subject.name)
            failure = error("SystemError", "localcloud has a defect here; see its log")
            self._branches.ending = Ending(None, failure)

    def _fresh(self) -> list[tuple[Path, Waiting]]:
        """Return the effects to start, with their timers noted."""
        fresh = []
        for path, effect in self._branches.wanted.items():
            if path not in self._tasks and isinstance(effect, HttpRequest | Sleep | AwaitCallback):
                fresh.append((path, effect))
                if path not in self._dues and (due := due_time(self._world, effect)) is not None:
                    self._dues[path] = due
                    self._record.set_timer(path, due)
        return fresh

    def _launch(self, path: Path, effect: Waiting) -> None:
        task = asyncio.ensure_future(self._perform(path, effect))
        self._tasks[path] = task

    async def _perform(self, path: Path, effect: Waiting) -> None:
        answer = await perform(self._world, self._subject, effect, self._dues.get(path))
        self._inbox.append((path, answer))
        if not self._branches.breathing:
            self._turn(lambda: None)

    def _inline(self, path: Path, effect: Effect) -> Answer | None:
        match effect:
            case StepStarted():
                self.steps.started(path, effect)
                return NOTHING
            case StepEnded():
                self._log_call(self.steps.ended(path, effect))
                return NOTHING
            case Breathe():
                return self._branches.breathe()
            case HttpRequest() | Sleep() | AwaitCallback() | Fork():
                return None
        recorded = next(self._replay, None)
        if recorded is not None:
            return recorded[1]
        answer = answer_now(self._world, self._subject, effect)
        self._record.append(path, answer)
        return answer

    def _log_call(self, entry: Entry | None) -> None:
        wanted = self._subject.calls
        if entry is None or wanted is CallLog.NONE or not entry.kind.startswith(CALL_KIND):
            return
        if wanted is CallLog.ALL or entry.exception is not None:
            self._subject.log.call(entry.routine, entry.step, entry.exception)

    def _finish(self, ending: Ending | None) -> None:
        """Write the ending and all that is left in one transaction."""
        self.abandon()
        with transaction(self._world.database):
            self.steps.close_all(CANCELLED if ending is None else FAILED)
            self.steps.commit()
            self._record.erase()
            self._world.callbacks.close(self._subject.id)
            self._ended(ending)
