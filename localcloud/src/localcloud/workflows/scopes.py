"""Which variable a name means: scopes of routines, loops, except clauses and branches.

A name that is assigned belongs to the scope that first assigns it, in the order
of the text; an inner scope writes through to the outer variable.
https://cloud.google.com/workflows/docs/reference/syntax/variables
"""

from __future__ import annotations

from dataclasses import dataclass, field

from localcloud.workflows.interpret.frame import FIRST_VARIABLE


@dataclass(slots=True)
class Slots:
    """Hands out the places of one routine's variables; each scope's are its own."""

    used: int = FIRST_VARIABLE

    def take(self) -> int:
        """Return a place that no other variable of the routine has."""
        self.used += 1
        return self.used - 1


@dataclass(slots=True)
class Scope:
    """The variables that begin to exist in one block of a routine."""

    slots: Slots
    outer: Scope | None = None
    is_branch: bool = False
    """Whether this is the scope of a parallel branch, which has a frame of its own."""
    shared: frozenset[str] = frozenset()
    variables: dict[str, int] = field(default_factory=dict)
    loop_names: set[str] = field(default_factory=set)
    """The loop variables among them."""

    def inner(self) -> Scope:
        """Return a new scope inside this one, in the same frame."""
        return Scope(self.slots, self)

    def branch(self, shared: frozenset[str]) -> Scope:
        """Return the scope of a parallel branch that may write the shared names."""
        return Scope(self.slots, self, is_branch=True, shared=shared)

    def declare(self, name: str) -> int:
        """Return the place of a variable of this very scope, made if it is new."""
        if name not in self.variables:
            self.variables[name] = self.slots.take()
        return self.variables[name]

    def find(self, name: str) -> tuple[int, int] | None:
        """Return how many frames out the variable lives, and at which place."""
        scope: Scope | None = self
        hops = 0
        while scope is not None:
            if name in scope.variables:
                return hops, scope.variables[name]
            hops += scope.is_branch
            scope = scope.outer
        return None

    def assign(self, name: str) -> bool:
        """Declare the name unless an outer scope has it; false if a branch may not write it."""
        scope: Scope | None = self
        writable = True
        while scope is not None:
            if name in scope.variables:
                return writable
            if scope.is_branch and name not in scope.shared:
                writable = False
            scope = scope.outer
        self.declare(name)
        return True
