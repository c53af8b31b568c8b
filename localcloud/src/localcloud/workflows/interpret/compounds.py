"""Make the steps that hold other steps ready to run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localcloud.workflows.effects import Breathe, Value
from localcloud.workflows.expressions.evaluate import Code
from localcloud.workflows.expressions.operators import boolean, is_number
from localcloud.workflows.failures import type_error
from localcloud.workflows.interpret import parallel
from localcloud.workflows.interpret.attempts import Attempts, Handler
from localcloud.workflows.interpret.block import Op, Steps, Work
from localcloud.workflows.interpret.frame import (
    BREATHE_EVERY_STEPS,
    STATE,
    Flow,
    Frame,
    branch_frame,
)
from localcloud.workflows.interpret.signals import BELOW, BREAK, CONTINUE, Signal
from localcloud.workflows.interpret.templates import compile_template, evaluate
from localcloud.workflows.syntax import (
    Action,
    Block,
    Except,
    For,
    Nested,
    Parallel,
    Step,
    Switch,
    Try,
)
from localcloud.workflows.values import UNSET, type_name

if TYPE_CHECKING:
    from localcloud.workflows.interpret.build import BlockBuilder

Case = tuple[Code, Op]


@dataclass(frozen=True, slots=True)
class CompoundBuilder:
    """Builds the work of the steps that hold blocks."""

    builder: BlockBuilder

    def work(self, action: Action) -> Work:
        """Return the work of a step."""
        match action:
            case Switch():
                return self._switch(action)
            case Nested(body):
                return self.builder.block(body).work()
            case Try():
                return self._try(action)
            case For():
                return self._loop(action)
            case Parallel():
                return self._parallel(action)
        raise TypeError(action)

    def _switch(self, switch: Switch) -> Work:
        symbols = self.builder.symbols
        cases: list[Case] = [
            (compile_template(case.condition, symbols), self.builder.op(case.body))
            for case in switch.cases
        ]
        if any(code.read is None or op.work.flow is not None for code, op in cases):
            return Work(flow=lambda frame: _switch_flow(cases, frame))
        return _plain_switch(cases)

    def _try(self, action: Try) -> Work:
        body = self.builder.block(action.body)
        symbols = self.builder.symbols
        retry = compile_template(action.retry, symbols) if action.retry else None
        handler = self._handler(action.handler) if action.handler else None
        return Work(flow=Attempts(body, retry, handler, symbols.call).run)

    def _handler(self, clause: Except) -> Handler:
        scope = self.builder.layout.of(clause)
        steps = self.builder.within(scope).block(clause.body)
        slots = tuple(scope.variables.values())
        return Handler(steps, slots, scope.variables.get(clause.name))

    def _loop(self, loop: For) -> Work:
        scope = self.builder.layout.of(loop)
        source = compile_template(loop.source, self.builder.symbols)
        body = self.builder.within(scope, is_loop=True, alone=True).block(loop.body)
        value, index = scope.variables[loop.value], scope.variables.get(loop.index or "")
        slots = tuple(scope.variables.values())

        def flow(frame: Frame) -> Flow:
            elements = _elements((yield evaluate(source, frame)), is_range=loop.is_range)
            state = frame[STATE]
            for position, element in enumerate(elements):
                _begin(frame, slots)
                frame[value] = element
                if index is not None:
                    frame[index] = position
                if not body.is_plain:
                    signal = yield body.run(frame)
                else:
                    signal = body.run_plain(frame)
                    if state.steps >= state.next_pause:
                        state.next_pause = state.steps + BREATHE_EVERY_STEPS
                        yield Breathe()
                if signal is None or signal is CONTINUE:
                    continue
                if signal is BREAK:
                    break
                return signal
            return None

        return Work(flow=flow)

    def _parallel(self, action: Parallel) -> Work:
        limit = compile_template(action.limit, self.builder.symbols) if action.limit else None
        if isinstance(action.work, For):
            return self._parallel_loop(action.work, limit)
        bodies: list[tuple[str, Steps]] = []
        for branch in action.work:
            builder = self.builder.within(self.builder.layout.of(branch), alone=True)
            bodies.append((branch.name, builder.block(branch.body)))

        def flow(frame: Frame) -> Flow:
            parallel.check_depth(frame)
            most = yield _limit(limit, frame)
            yield parallel.fork([(name, body, branch_frame(frame)) for name, body in bodies], most)

        return Work(flow=flow)

    def _parallel_loop(self, loop: For, limit: Code | None) -> Work:
        scope = self.builder.layout.of(loop)
        source = compile_template(loop.source, self.builder.symbols)
        body = self.builder.within(scope, is_loop=True, alone=True).block(loop.body)
        value, index = scope.variables[loop.value], scope.variables.get(loop.index or "")

        def flow(frame: Frame) -> Flow:
            parallel.check_depth(frame)
            elements = _elements((yield evaluate(source, frame)), is_range=loop.is_range)
            most = yield _limit(limit, frame)
            branches: list[tuple[str, Steps, Frame]] = []
            for position, element in enumerate(elements):
                parallel.check_count(position, frame)
                inner = branch_frame(frame)
                inner[value] = element
                if index is not None:
                    inner[index] = position
                branches.append((str(position), body, inner))
            yield parallel.fork(branches, most)

        return Work(flow=flow)


def _begin(frame: Frame, slots: Iterable[int]) -> None:
    """Forget the variables of a scope that begins anew."""
    for slot in slots:
        frame[slot] = UNSET


def _limit(code: Code | None, frame: Frame) -> Flow:
    value = None if code is None else (yield evaluate(code, frame))
    return parallel.concurrency(value, frame[STATE])


def _plain_switch(cases: list[Case]) -> Work:
    ready = [(code.read, op.work.plain, op.next) for code, op in cases]

    def plain(frame: Frame) -> Signal:
        for read, work, following in ready:
            if read is not None and boolean("condition", read(frame)):
                signal = work(frame) if work else None
                return _after(signal, following)
        return None

    return Work(plain=plain)


def _switch_flow(cases: list[Case], frame: Frame) -> Flow:
    for code, op in cases:
        holds = yield evaluate(code, frame)
        if boolean("condition", holds):
            signal = None
            if op.work.plain is not None:
                signal = op.work.plain(frame)
            elif op.work.flow is not None:
                signal = yield op.work.flow(frame)
            return _after(signal, op.next)
    return None


def _after(signal: Signal, following: Signal) -> Signal:
    """Return where to go after what a condition led to."""
    if signal is not None and signal is not BELOW:
        return signal
    return BELOW if following is None else following


def _elements(source: Value, *, is_range: bool) -> Iterable[Value]:
    if not is_range:
        if type(source) is list:
            return source
        raise type_error(f"'in' of a loop must be a list; got: {type_name(source)}")
    if type(source) is not list or len(source) != 2:  # noqa: PLR2004 - from and to
        raise type_error("'range' of a loop must be a list of two numbers")
    first, last = source
    if not (is_number(first) and is_number(last)):
        raise type_error("'range' of a loop takes numbers")
    if type(first) is int and type(last) is int:
        return range(first, last + 1)
    return _steps_of_one(first, last)


def _steps_of_one(first: float, last: float) -> Iterator[float]:
    """Yield the numbers from the first to the last, both included."""
    count = 0
    while first + count <= last:
        yield float(first + count)
        count += 1


def targets_of(step: Step) -> Iterator[str]:
    """Yield every name that a step, or a step inside it, may go to next."""
    if step.next is not None:
        yield step.next
    for inner in _steps_within(step.action):
        yield from targets_of(inner)


def _steps_within(action: Action) -> Iterator[Step]:
    blocks: tuple[Block, ...] = ()
    match action:
        case Switch(cases):
            yield from (case.body for case in cases)
        case Nested(body) | For(body=body):
            blocks = (body,)
        case Try(body, _, handler):
            blocks = (body, handler.body) if handler else (body,)
        case Parallel(For(body=body)):
            blocks = (body,)
        case Parallel(tuple() as branches):
            blocks = tuple(branch.body for branch in branches)
        case _:
            pass
    for block in blocks:
        yield from block.steps
