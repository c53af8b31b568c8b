"""Where a running routine keeps its variables.

A frame is a plain list, for speed: closures compiled at deployment read and
write it by position.  The first places are the same in all frames.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from localcloud.workflows.effects import Effect, Running, Value
from localcloud.workflows.failures import resource_limit
from localcloud.workflows.limits import Limits
from localcloud.workflows.values import UNSET, size

PARENT = 0
"""The frame around a parallel branch, else None."""
STATE = 1
"""The ``RunState`` of the whole execution."""
CALL_DEPTH = 2
PARALLEL_DEPTH = 3
CALLER = 4
"""The frame that goes on when this one ends: the parent's or the calling routine's."""
FIRST_VARIABLE = 5

BREATHE_EVERY_STEPS = 1000
_MEASURE_AFTER = 4 * 1024
_MIN_GROWTH = 8
_BYTES_A_STEP = 400
"""How much may be measured for each step done, so that measuring stays a small part."""

Frame = list[Any]
Flow = Generator["Effect | Flow", Any, Any]
"""Like ``Running``, but may also yield another flow and be sent its return value."""

Reader = Callable[[Frame], Value]


class ConnectorCalls(Protocol):
    """What a run needs of the connectors."""

    def call(self, name: str, args: Mapping[str, Value]) -> Running:
        """Call a connector by its whole name."""


@dataclass(slots=True)
class RunState:
    """What all the routines and branches of one execution share."""

    env: Mapping[str, str]
    limits: Limits
    connectors: ConnectorCalls
    steps: int = 0
    next_pause: int = BREATHE_EVERY_STEPS
    """The number of steps at which to breathe."""
    grown: int = 0
    """About how much has been stored since memory was measured."""
    measure_after: int = _MEASURE_AFTER
    next_measure: int = 0
    """The number of steps from which on measuring is cheap again."""

    def count_step(self) -> None:
        """Count a step; refuse more than the limit."""
        self.steps += 1
        if self.steps > self.limits.max_steps:
            raise resource_limit(f"more than {self.limits.max_steps} steps were executed")

    def stored(self, frame: Frame, value: Value) -> None:
        """Note that a variable was written; from time to time measure all that the frames hold."""
        if type(value) is str:
            self.grown += len(value)
        else:
            self.grown += _growth(value)
            if self.steps >= self.next_measure:
                self._measure(frame)
        if self.grown > self.measure_after:
            self._measure(frame)

    def _measure(self, frame: Frame) -> None:
        most = self.limits.max_memory_bytes
        total = measure(frame, most)
        self.grown = 0
        self.measure_after = max(_MEASURE_AFTER, (most - total) // 2)
        self.next_measure = self.steps + total // _BYTES_A_STEP


def _growth(value: Value) -> int:
    """Return the size of the first and last element: one of them is what was added to a list."""
    if type(value) is not list or not value:
        return _MIN_GROWTH
    ends = (value[0], value[-1])
    return _MIN_GROWTH + sum(len(end) for end in ends if type(end) is str)


def measure(frame: Frame, most: int) -> int:
    """Return about how many bytes the variables of a frame and its callers hold."""
    total = 0
    while frame is not None:
        for value in frame[FIRST_VARIABLE:]:
            if value is not UNSET:
                total += size(value, most)
        if total > most:
            message = "the variables use more memory than the limit"
            raise resource_limit(message, "MemoryLimitExceededError")
        frame = frame[CALLER]
    return total


def new_frame(state: RunState, width: int, caller: Frame | None) -> Frame:
    """Return the frame of a routine that begins."""
    frame: Frame = [UNSET] * width
    depths = (caller[CALL_DEPTH] + 1, caller[PARALLEL_DEPTH]) if caller else (0, 0)
    frame[:FIRST_VARIABLE] = (None, state, *depths, caller)
    return frame


def branch_frame(outer: Frame) -> Frame:
    """Return the frame of a parallel branch: it sees the outer one, and has its own variables."""
    frame: Frame = [UNSET] * len(outer)
    depth = outer[PARALLEL_DEPTH] + 1
    frame[:FIRST_VARIABLE] = (outer, outer[STATE], outer[CALL_DEPTH], depth, outer)
    return frame
