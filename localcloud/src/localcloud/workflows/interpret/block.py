"""Run the steps of a block one after the other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from localcloud.workflows.effects import Breathe, StepEnded, StepStarted, WorkflowError
from localcloud.workflows.failures import Place, StackFrame, WorkflowFailed, resource_limit
from localcloud.workflows.interpret.frame import (
    BREATHE_EVERY_STEPS,
    STATE,
    Flow,
    Frame,
    RunState,
)
from localcloud.workflows.interpret.signals import BELOW, Goto, Signal

Plain = Callable[[Frame], Signal]
FlowStarter = Callable[[Frame], Flow]


@dataclass(frozen=True, slots=True)
class Work:
    """What a step does: ``plain`` if it needs no effects, else ``flow``."""

    plain: Plain | None = None
    flow: FlowStarter | None = None


@dataclass(frozen=True, slots=True)
class Op:
    """A step made ready to run."""

    name: str
    kind: str
    place: Place
    work: Work
    next: Signal


@dataclass(slots=True, eq=False)
class Steps:
    """A block made ready to run; it is its own label for jumps."""

    routine: str
    traced: bool
    ops: list[Op] = field(default_factory=list)
    is_plain: bool = False
    """Whether it can run as one plain call: no effects, no jumps within it, no tracing."""

    def work(self) -> Work:
        """Return the running of this block as the work of a step."""
        if self.is_plain:
            return Work(plain=self.run_plain)
        return Work(flow=self.run)

    def run_plain(self, frame: Frame) -> Signal:
        """Run the steps; return the signal that left the block, None at its end."""
        state: RunState = frame[STATE]
        for op in self.ops:
            plain = op.work.plain
            if plain is None:
                raise TypeError(op)
            try:
                state.count_step()
                signal = plain(frame)
            except (WorkflowError, RecursionError) as error:
                raise self._located(error, op) from None
            if signal is None:
                signal = op.next
            if signal is not None and signal is not BELOW:
                return signal
        return None

    def run(self, frame: Frame) -> Flow:
        """Run the steps; return the signal that left the block, None at its end."""
        if self.traced:
            return self._run_traced(frame)
        return self._run(frame)

    def _run(self, frame: Frame) -> Flow:
        state: RunState = frame[STATE]
        ops, count, at = self.ops, len(self.ops), 0
        while at < count:
            op = ops[at]
            work = op.work
            try:
                state.count_step()
                if state.steps >= state.next_pause:
                    state.next_pause = state.steps + BREATHE_EVERY_STEPS
                    yield Breathe()
                if work.plain is not None:
                    signal = work.plain(frame)
                elif work.flow is not None:
                    signal = yield work.flow(frame)
                else:
                    signal = None
            except (WorkflowError, RecursionError) as error:
                raise self._located(error, op) from None
            if signal is None:
                signal = op.next
            if signal is None or signal is BELOW:
                at += 1
            elif type(signal) is Goto and signal.label is self:
                at = signal.index
            else:
                return signal
        return None

    def _run_traced(self, frame: Frame) -> Flow:
        """Run the steps as ``_run`` does, and tell when each begins and ends."""
        state: RunState = frame[STATE]
        at = 0
        while at < len(self.ops):
            op = self.ops[at]
            yield StepStarted(self.routine, op.name, op.kind)
            try:
                state.count_step()
                if state.steps >= state.next_pause:
                    state.next_pause = state.steps + BREATHE_EVERY_STEPS
                    yield Breathe()
                work = op.work
                signal = work.plain(frame) if work.plain is not None else None
                if work.flow is not None:
                    signal = yield work.flow(frame)
            except (WorkflowError, RecursionError) as error:
                failed = self._located(error, op)
                yield StepEnded(self.routine, op.name, failed)
                raise failed from None
            yield StepEnded(self.routine, op.name)
            if signal is None:
                signal = op.next
            if signal is None or signal is BELOW:
                at += 1
            elif type(signal) is Goto and signal.label is self:
                at = signal.index
            else:
                return signal
        return None

    def _located(self, error: WorkflowError | RecursionError, op: Op) -> WorkflowFailed:
        """Return the error with this step noted, unless an inner step has been."""
        if isinstance(error, RecursionError):
            error = resource_limit("the values are nested too deeply")
        failed = error if isinstance(error, WorkflowFailed) else WorkflowFailed(error.value)
        if not failed.located:
            place = failed.place or op.place
            frame = StackFrame(self.routine, op.name, place.line, place.column, place.length)
            failed.frames.append(frame)
            failed.located = True
        return failed
