"""Make the routines of a checked workflow ready to run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from localcloud.workflows.check import BREAK as BREAK_NAME
from localcloud.workflows.check import CONTINUE as CONTINUE_NAME
from localcloud.workflows.check import END as END_NAME
from localcloud.workflows.interpret.actions import ActionBuilder
from localcloud.workflows.interpret.block import Op, Steps, Work
from localcloud.workflows.interpret.compounds import CompoundBuilder, targets_of
from localcloud.workflows.interpret.invoke import SymbolTable
from localcloud.workflows.interpret.routine import Subworkflow
from localcloud.workflows.interpret.signals import BREAK, CONTINUE, END, Goto, Signal
from localcloud.workflows.layout import Layout
from localcloud.workflows.scopes import Scope
from localcloud.workflows.syntax import (
    Action,
    Assign,
    Block,
    Call,
    For,
    Parallel,
    Pass,
    Raise,
    Return,
    Step,
    Workflow,
)

Routines = Mapping[str, Subworkflow]


def build_routines(workflow: Workflow, layouts: Mapping[str, Layout], *, traced: bool) -> Routines:
    """Return all routines ready to run; a traced one tells of every step."""
    routines: dict[str, Subworkflow] = {}
    for name, routine in workflow.routines.items():
        layout = layouts[name]
        table = SymbolTable(layout.scope, routines, frozenset(workflow.routines))
        builder = BlockBuilder(name, traced, layout, table, {})
        steps = builder.block(routine.body)
        routines[name] = Subworkflow(routine, layout.slots.used, steps)
    return routines


@dataclass(frozen=True, slots=True)
class BlockBuilder:
    """Builds the blocks of a routine; ``jumps`` says what a ``next`` means there."""

    routine: str
    traced: bool
    layout: Layout
    symbols: SymbolTable
    """What names mean here."""
    jumps: Mapping[str, Signal]

    def within(self, scope: Scope, *, is_loop: bool = False, alone: bool = False) -> BlockBuilder:
        """Return the builder for what stands in an inner scope."""
        jumps = {} if alone else dict(self.jumps)
        if is_loop:
            jumps |= {BREAK_NAME: BREAK, CONTINUE_NAME: CONTINUE}
        return replace(self, symbols=replace(self.symbols, scope=scope), jumps=jumps)

    def block(self, block: Block) -> Steps:
        """Return the block ready to run."""
        steps = Steps(self.routine, self.traced)
        names = {step.name: index for index, step in enumerate(block.steps)}
        gotos = {name: Goto(steps, index) for name, index in names.items()}
        inside = replace(self, jumps={**self.jumps, **gotos})
        steps.ops.extend(inside.op(step) for step in block.steps)
        steps.is_plain = not self.traced and not _jumps_within(block, frozenset(names))
        steps.is_plain = steps.is_plain and all(op.work.flow is None for op in steps.ops)
        return steps

    def op(self, step: Step) -> Op:
        """Return the step ready to run."""
        kind, work = self._work(step.action)
        return Op(step.name, kind, step.place, work, self._signal(step.next))

    def _signal(self, name: str | None) -> Signal:
        if name is None:
            return None
        return END if name == END_NAME else self.jumps[name]

    def _work(self, action: Action) -> tuple[str, Work]:
        kind = self._kind(action)
        if isinstance(action, Pass):
            return kind, Work(plain=lambda _frame: None)
        if isinstance(action, Assign | Call | Raise | Return):
            return kind, ActionBuilder(self.symbols).work(action)
        return kind, CompoundBuilder(self).work(action)

    def _kind(self, action: Action) -> str:
        """Return what the history of steps calls a step."""
        if isinstance(action, Pass):
            return "next"
        if isinstance(action, Parallel) and isinstance(action.work, For):
            return "parallel for"
        if isinstance(action, Call):
            return self.symbols.kind_of_call(action.function)
        return type(action).__name__.lower()


def _jumps_within(block: Block, names: frozenset[str]) -> bool:
    """Tell whether any step of the block, however deep, may go to one of its own steps."""
    return any(target in names for step in block.steps for target in targets_of(step))
