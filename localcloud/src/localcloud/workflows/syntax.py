"""What a workflow is made of.

https://cloud.google.com/workflows/docs/reference/syntax
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.workflows.effects import Value
from localcloud.workflows.expressions.nodes import Node
from localcloud.workflows.failures import Place


@dataclass(frozen=True, slots=True)
class Constant:
    """A value without any expression in it."""

    value: Value
    place: Place


@dataclass(frozen=True, slots=True)
class Expression:
    """``${…}``."""

    node: Node
    text: str
    place: Place


@dataclass(frozen=True, slots=True)
class ListTemplate:
    """A list in which some element is not constant."""

    items: tuple[Template, ...]
    place: Place


@dataclass(frozen=True, slots=True)
class MapTemplate:
    """A map in which some key or value is not constant."""

    entries: tuple[tuple[Template, Template], ...]
    place: Place


Template = Constant | Expression | ListTemplate | MapTemplate
"""What evaluates to a value."""


@dataclass(frozen=True, slots=True)
class Assignment:
    """``target: value``; the target is a name with members and indexes behind it."""

    target: Node
    text: str
    value: Template
    place: Place


@dataclass(frozen=True, slots=True)
class Assign:
    """Assign variables, in order."""

    assignments: tuple[Assignment, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """Call a subworkflow, a function of the standard library or a connector."""

    function: str
    arguments: Template | None
    result: Assignment | None
    place: Place


@dataclass(frozen=True, slots=True)
class Case:
    """An entry of a switch: a condition and what is done where it holds."""

    condition: Template
    body: Step


@dataclass(frozen=True, slots=True)
class Switch:
    """Do what stands with the first condition that holds."""

    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class For:
    """Repeat steps for each element of a list, or each number of a range."""

    value: str
    index: str | None
    source: Template
    is_range: bool
    body: Block
    place: Place


@dataclass(frozen=True, slots=True)
class Branch:
    """One of the step lists of a parallel step."""

    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class Parallel:
    """Run branches, or the iterations of a loop, side by side."""

    work: tuple[Branch, ...] | For
    shared: tuple[str, ...]
    limit: Template | None
    place: Place


@dataclass(frozen=True, slots=True)
class Except:
    """What is done with an error; ``name`` is the variable that holds it."""

    name: str
    body: Block


@dataclass(frozen=True, slots=True)
class Try:
    """Do the body, again while ``retry`` says so, and then what ``handler`` says."""

    body: Block
    retry: Template | None
    handler: Except | None


@dataclass(frozen=True, slots=True)
class Nested:
    """Steps within a step."""

    body: Block


@dataclass(frozen=True, slots=True)
class Raise:
    """Raise a value as an error."""

    value: Template


@dataclass(frozen=True, slots=True)
class Return:
    """End the routine with a value."""

    value: Template


@dataclass(frozen=True, slots=True)
class Pass:
    """Do nothing; the step says only where to go on."""


Action = Assign | Call | Switch | For | Parallel | Try | Nested | Raise | Return | Pass


@dataclass(frozen=True, slots=True)
class Step:
    """A named action and where the routine goes on after it; None is the step below."""

    name: str
    action: Action
    next: str | None
    place: Place
    next_place: Place | None = None


@dataclass(frozen=True, slots=True)
class Block:
    """A list of steps."""

    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of a routine and its default, if it has one."""

    name: str
    default: Constant | None
    place: Place


@dataclass(frozen=True, slots=True)
class Routine:
    """``main`` or a subworkflow."""

    name: str
    params: tuple[Param, ...]
    body: Block
    place: Place


@dataclass(frozen=True, slots=True)
class Workflow:
    """A whole source: its routines by name, ``main`` among them."""

    routines: Mapping[str, Routine]
