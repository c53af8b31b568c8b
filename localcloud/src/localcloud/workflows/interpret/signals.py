"""What a step says about where to go on; None is the step's ``next`` or the step below."""

from __future__ import annotations

from dataclasses import dataclass

from localcloud.workflows.effects import Value


@dataclass(frozen=True, slots=True)
class Returned:
    """The routine has ended with a value."""

    value: Value


@dataclass(frozen=True, slots=True, eq=False)
class Goto:
    """Go on with a step of the block that has this ``label``."""

    label: object
    index: int


class Mark:
    """A signal that says nothing but its name."""


BREAK = Mark()
CONTINUE = Mark()
BELOW = Mark()
"""Go on with the step below, whatever ``next`` says: a condition of a switch held."""

END = Returned(None)

Signal = Returned | Goto | Mark | None
