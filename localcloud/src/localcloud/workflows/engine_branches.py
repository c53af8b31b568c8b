"""The branches of one execution: a tree of generators, without I/O.

Whoever drives it feeds one answer at a time, and everything that follows from an
answer happens before ``feed`` returns.  The order of the feeds is therefore the only
thing that has to be recorded for an execution to be run again exactly.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from localcloud.workflows.effects import Effect, Fork, Outcome, Running, Value, WorkflowError

Path = tuple[int, ...]
"""Where a branch stands: () is the execution itself, (2, 0) the first branch of its third."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a branch is told: a value, or an error that is thrown into it."""

    value: Any = None
    error: WorkflowError | None = None


NOTHING = Answer()


@dataclass(frozen=True, slots=True)
class Ending:
    """How the execution ended."""

    value: Value = None
    error: WorkflowError | None = None


Inline = Callable[[Path, Effect], Answer | None]
"""Answers an effect on the spot; None where the branch must wait for its answer."""


@dataclass(slots=True, eq=False)
class _Branch:
    path: Path
    running: Running
    fork: "_Fork | None" = None


@dataclass(slots=True, eq=False)
class _Fork:
    """A parallel step under way: which branches are still to start, how the others ended."""

    parent: _Branch
    effect: Fork
    outcomes: list[Outcome | None]
    started: int = 0
    ended: int = field(default=0)

    def next_branch(self) -> _Branch | None:
        """Start one more branch, if the limit allows it."""
        live = self.started - self.ended
        if self.started == len(self.effect.branches) or live >= self.effect.limit:
            return None
        index = self.started
        self.started += 1
        return _Branch((*self.parent.path, index), self.effect.branches[index], self)


class Branches:
    """Drives the generators; ``wanted`` are the effects that branches wait for."""

    def __init__(self, running: Running, inline: Inline) -> None:
        self._root = _Branch((), running)
        self._inline = inline
        self._ready: deque[tuple[_Branch, Answer]] = deque()
        self._waiting: dict[Path, _Branch] = {}
        self.wanted: dict[Path, Effect] = {}
        self.ending: Ending | None = None
        self.breathing = False

    def start(self) -> None:
        """Run up to the first effects that must be waited for."""
        self._ready.append((self._root, NOTHING))
        self.go_on()

    def feed(self, path: Path, answer: Answer) -> None:
        """Give the branch what it waits for.  Raises KeyError where it waits for nothing."""
        del self.wanted[path]
        self._ready.append((self._waiting.pop(path), answer))
        self.go_on()

    def breathe(self) -> Answer:
        """Return at the next opportunity, with ``breathing`` set; ``go_on`` continues."""
        self.breathing = True
        return NOTHING

    def go_on(self) -> None:
        """Run whatever can run."""
        self.breathing = False
        while self._ready and self.ending is None and not self.breathing:
            self._advance(*self._ready.popleft())

    def close(self) -> None:
        """Leave every generator; nothing can be fed any more."""
        for branch in (*self._waiting.values(), *(branch for branch, _ in self._ready)):
            branch.running.close()
        self._ready.clear()
        self._waiting.clear()
        self.wanted.clear()

    def _advance(self, branch: _Branch, answer: Answer | None) -> None:
        running = branch.running
        while answer is not None:
            try:
                if answer.error is not None:
                    effect = running.throw(answer.error)
                else:
                    effect = running.send(answer.value)
            except StopIteration as stop:
                self._end(branch, stop.value, None)
                return
            except WorkflowError as error:
                self._end(branch, None, error)
                return
            if type(effect) is Fork:
                self._split(branch, effect)
                return
            answer = self._inline(branch.path, effect)
            if self.breathing and answer is not None:
                self._ready.appendleft((branch, answer))
                return
            if answer is None:
                self._waiting[branch.path] = branch
                self.wanted[branch.path] = effect

    def _split(self, branch: _Branch, effect: Fork) -> None:
        fork = _Fork(branch, effect, [None] * len(effect.branches))
        if not effect.branches:
            self._ready.append((branch, Answer([])))
        self._fill(fork)

    def _fill(self, fork: _Fork) -> None:
        while (branch := fork.next_branch()) is not None:
            self._ready.append((branch, NOTHING))

    def _end(self, branch: _Branch, value: Value, error: WorkflowError | None) -> None:
        fork = branch.fork
        if fork is None or not getattr(error, "catchable", True):
            # An exceeded limit ends the execution at once, whatever other branches do.
            self.ending = Ending(value, error)
            self.close()
            return
        fork.outcomes[branch.path[-1]] = Outcome(error)
        fork.ended += 1
        if fork.ended == len(fork.outcomes):
            self._ready.append((fork.parent, Answer(fork.outcomes)))
        else:
            self._fill(fork)
