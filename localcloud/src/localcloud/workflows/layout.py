"""Lay out the variables of a routine: which scope begins where, and who declares what.

https://cloud.google.com/workflows/docs/reference/syntax/iteration (loop scopes),
https://cloud.google.com/workflows/docs/reference/syntax/catching-errors (except),
https://cloud.google.com/workflows/docs/reference/syntax/parallel-steps (shared variables)
"""

from __future__ import annotations

from dataclasses import dataclass, field

from localcloud.workflows.expressions.nodes import Index, Member, Name, Node
from localcloud.workflows.parse_values import Faults
from localcloud.workflows.scopes import Scope, Slots
from localcloud.workflows.syntax import (
    Action,
    Assign,
    Assignment,
    Block,
    Branch,
    Call,
    Except,
    For,
    Nested,
    Parallel,
    Routine,
    Switch,
    Try,
)


def root_name(target: Node) -> Name:
    """Return the variable that an assignment's target starts from."""
    while isinstance(target, Member | Index):
        target = target.owner
    if not isinstance(target, Name):
        raise TypeError(target)
    return target


@dataclass(slots=True)
class Layout:
    """The scopes of one routine; those within are found by the syntax that opens them."""

    scope: Scope
    slots: Slots
    _inner: dict[int, Scope] = field(default_factory=dict)

    def of(self, node: For | Except | Branch) -> Scope:
        """Return the scope that a loop, except clause or branch opens."""
        return self._inner[id(node)]

    def keep(self, node: For | Except | Branch, scope: Scope) -> Scope:
        """Note the scope that the node opens."""
        self._inner[id(node)] = scope
        return scope


def lay_out(routine: Routine, faults: Faults) -> Layout:
    """Return the scopes of a routine, all their variables declared."""
    slots = Slots()
    layout = Layout(Scope(slots), slots)
    for param in routine.params:
        layout.scope.declare(param.name)
    _Declarer(layout, faults).block(routine.body, layout.scope)
    return layout


@dataclass(frozen=True, slots=True)
class _Declarer:
    """Walks the steps in the order of the text and declares what they assign."""

    layout: Layout
    faults: Faults

    def block(self, block: Block, scope: Scope) -> None:
        for step in block.steps:
            self._action(step.action, scope)

    def _action(self, action: Action, scope: Scope) -> None:
        match action:
            case Assign(assignments):
                for assignment in assignments:
                    self._assignment(assignment, scope)
            case Call(result=Assignment() as result):
                self._assignment(result, scope)
            case Switch(cases):
                for case in cases:
                    self._action(case.body.action, scope)
            case Nested(body):
                self.block(body, scope)
            case Try():
                self._try(action, scope)
            case For():
                self._loop(action, scope.inner())
            case Parallel():
                self._parallel(action, scope)
            case _:
                pass

    def _assignment(self, assignment: Assignment, scope: Scope) -> None:
        name = root_name(assignment.target).name
        is_plain = isinstance(assignment.target, Name)
        if not is_plain and scope.find(name) is None:
            return
        if not scope.assign(name):
            text = f"variable '{name}' cannot be assigned in a parallel branch: it is not shared"
            self.faults.note(text, assignment.place)

    def _try(self, action: Try, scope: Scope) -> None:
        self.block(action.body, scope)
        if action.handler is not None:
            inner = self.layout.keep(action.handler, scope.inner())
            if action.handler.name:
                inner.declare(action.handler.name)
            self.block(action.handler.body, inner)

    def _loop(self, loop: For, scope: Scope) -> None:
        self.layout.keep(loop, scope)
        for name in (loop.value, loop.index):
            if name is None:
                continue
            outer = scope.outer
            while outer is not None:
                if name in outer.loop_names:
                    text = f"loop variable '{name}' is that of an enclosing loop"
                    self.faults.note(text, loop.place)
                outer = outer.outer
            scope.declare(name)
            scope.loop_names.add(name)
        self.block(loop.body, scope)

    def _parallel(self, action: Parallel, scope: Scope) -> None:
        for name in action.shared:
            if scope.find(name) is None:
                text = f"shared variable '{name}' is not defined before the parallel step"
                self.faults.note(text, action.place)
        shared = frozenset(action.shared)
        if isinstance(action.work, For):
            self._loop(action.work, scope.branch(shared))
            return
        for branch in action.work:
            inner = self.layout.keep(branch, scope.branch(shared))
            self.block(branch.body, inner)
