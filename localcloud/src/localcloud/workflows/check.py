"""Check at deployment what the service checks: names of all kinds, and jumps.

https://cloud.google.com/workflows/docs/troubleshooting#deployment-errors
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from localcloud.workflows.check_calls import CallChecker
from localcloud.workflows.expressions.nodes import (
    Binary,
    Index,
    Invoke,
    ListOf,
    Member,
    Name,
    Node,
    Unary,
    dotted,
)
from localcloud.workflows.failures import Place
from localcloud.workflows.layout import Layout, lay_out
from localcloud.workflows.parse_values import Faults
from localcloud.workflows.scopes import Scope
from localcloud.workflows.syntax import (
    Action,
    Assign,
    Assignment,
    Block,
    Call,
    Expression,
    For,
    ListTemplate,
    MapTemplate,
    Nested,
    Parallel,
    Raise,
    Return,
    Routine,
    Step,
    Switch,
    Template,
    Try,
)

END = "end"
BREAK = "break"
CONTINUE = "continue"


def check_routine(routine: Routine, layout: Layout, calls: CallChecker, faults: Faults) -> None:
    """Note every fault in the names and jumps of a routine."""
    checker = _Checker(layout, calls, faults, layout.scope, frozenset({END}), "")
    checker.block(routine.body)


@dataclass(frozen=True, slots=True)
class _Checker:
    """Checks a part of a routine; ``jumps`` are the names that ``next`` may say there."""

    layout: Layout
    calls: CallChecker
    faults: Faults
    scope: Scope
    jumps: frozenset[str]
    step: str

    def _note(self, message: str, place: Place) -> None:
        self.faults.note(f"error in step {self.step}: {message}", place)

    def block(self, block: Block) -> None:
        names = frozenset(step.name for step in block.steps)
        inside = replace(self, jumps=self.jumps | names)
        for step in block.steps:
            replace(inside, step=step.name)._of_step(step)  # noqa: SLF001 - the same class

    def _of_step(self, step: Step) -> None:
        self._action(step.action)
        if step.next is not None and step.next not in self.jumps:
            self._note(f"next step '{step.next}' is not defined", step.next_place or step.place)

    def _action(self, action: Action) -> None:
        match action:
            case Assign(assignments):
                for assignment in assignments:
                    self._template(assignment.value)
                    self._target(assignment)
            case Call():
                self._call(action)
            case Raise(value) | Return(value):
                self._template(value)
            case _:
                self._compound(action)

    def _compound(self, action: Action) -> None:
        match action:
            case Switch(cases):
                for case in cases:
                    self._template(case.condition)
                    self._of_step(case.body)
            case Nested(body):
                self.block(body)
            case Try():
                self._try(action)
            case For():
                self._loop(action)
            case Parallel():
                self._parallel(action)
            case _:
                pass

    def _call(self, action: Call) -> None:
        if action.arguments is not None:
            self._template(action.arguments)
        if action.result is not None:
            self._target(action.result)
        message = self.calls.call_fault(action.function, action.arguments)
        if message:
            self._note(message, action.place)

    def _target(self, assignment: Assignment) -> None:
        target = assignment.target
        while isinstance(target, Member | Index):
            if isinstance(target, Index):
                self._node(target.key, assignment.place, skipped=0)
            target = target.owner
        if isinstance(target, Name) and self.scope.find(target.name) is None:
            self._note(f"variable '{target.name}' is not defined", assignment.place)

    def _try(self, action: Try) -> None:
        self.block(action.body)
        if action.retry is not None:
            self._template(action.retry)
        if action.handler is not None:
            inner = replace(self, scope=self.layout.of(action.handler))
            inner.block(action.handler.body)

    def _loop(self, loop: For) -> None:
        self._template(loop.source)
        jumps = frozenset({END, BREAK, CONTINUE})
        replace(self, scope=self.layout.of(loop), jumps=jumps).block(loop.body)

    def _parallel(self, action: Parallel) -> None:
        if action.limit is not None:
            self._template(action.limit)
        if isinstance(action.work, For):
            self._template(action.work.source)
            scope = self.layout.of(action.work)
            jumps = frozenset({END, CONTINUE})
            replace(self, scope=scope, jumps=jumps).block(action.work.body)
            return
        for branch in action.work:
            inner = replace(self, scope=self.layout.of(branch), jumps=frozenset({END}))
            inner.block(branch.body)

    def _template(self, template: Template) -> None:
        match template:
            case Expression(node, _, place):
                self._node(node, place, skipped=2)
            case ListTemplate(items):
                for item in items:
                    self._template(item)
            case MapTemplate(entries):
                for key, value in entries:
                    self._template(key)
                    self._template(value)
            case _:
                pass

    def _node(self, node: Node, place: Place, *, skipped: int) -> None:
        match node:
            case Name() | Member():
                self._reference(node, place, skipped)
            case Invoke(name, arguments, offset):
                message = self.calls.invocation_fault(name, len(arguments))
                if message:
                    self._note(message, _moved(place, skipped + offset))
                self._nodes(arguments, place, skipped)
            case Index(owner, key):
                self._nodes((owner, key), place, skipped)
            case Unary(_, operand):
                self._nodes((operand,), place, skipped)
            case Binary(_, left, right):
                self._nodes((left, right), place, skipped)
            case ListOf(items):
                self._nodes(items, place, skipped)
            case _:
                pass

    def _nodes(self, nodes: tuple[Node, ...], place: Place, skipped: int) -> None:
        for node in nodes:
            self._node(node, place, skipped=skipped)

    def _reference(self, node: Name | Member, place: Place, skipped: int) -> None:
        name = dotted(node)
        if name is None:
            if isinstance(node, Member):
                self._node(node.owner, place, skipped=skipped)
            return
        root = name.partition(".")[0]
        if self.scope.find(root) is not None or self.calls.is_constant(name):
            return
        first: Node = node
        while isinstance(first, Member):
            first = first.owner
        offset = first.offset if isinstance(first, Name) else 0
        message = f"symbol '{root}' is neither a variable nor a sub-workflow name"
        self._note(message, _moved(place, skipped + offset))


def _moved(place: Place, columns: int) -> Place:
    return Place(place.line, place.column + columns)


def layouts_of(
    routines: Mapping[str, Routine], calls: CallChecker, faults: Faults
) -> dict[str, Layout]:
    """Return the layouts of all routines, their faults noted."""
    layouts = {name: lay_out(routine, faults) for name, routine in routines.items()}
    for name, routine in routines.items():
        check_routine(routine, layouts[name], calls, faults)
    return layouts
