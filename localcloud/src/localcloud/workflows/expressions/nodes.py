"""What an expression is made of."""

from __future__ import annotations

from dataclasses import dataclass

from localcloud.workflows.effects import Value


@dataclass(frozen=True, slots=True)
class Literal:
    """A number, string, boolean or null."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A variable, or a subworkflow used as a value."""

    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class ListOf:
    """``[a, b]``."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """``owner.name``."""

    owner: Node
    name: str
    offset: int


@dataclass(frozen=True, slots=True)
class Index:
    """``owner[key]``."""

    owner: Node
    key: Node


@dataclass(frozen=True, slots=True)
class Unary:
    """``-a`` or ``not a``."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Binary:
    """``a + b`` and the other operators on two values."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Invoke:
    """``function(a, b)``; the function is named, it is never a computed value."""

    function: str
    arguments: tuple[Node, ...]
    offset: int


Node = Literal | Name | ListOf | Member | Index | Unary | Binary | Invoke


def dotted(node: Node) -> str | None:
    """Return ``a.b.c`` where the node is nothing but names, else None."""
    parts: list[str] = []
    while isinstance(node, Member):
        parts.append(node.name)
        node = node.owner
    if not isinstance(node, Name):
        return None
    return ".".join([node.name, *reversed(parts)])
