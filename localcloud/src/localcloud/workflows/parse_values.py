"""Read the values in a source, with the expressions inside them."""

from __future__ import annotations

import re

from localcloud.workflows.expressions.nodes import Literal
from localcloud.workflows.expressions.nodes import Node as ExpressionNode
from localcloud.workflows.expressions.parse import parse_expression, parse_target
from localcloud.workflows.expressions.tokens import ExpressionError
from localcloud.workflows.failures import Fault, Place
from localcloud.workflows.limits import Limits
from localcloud.workflows.source import Mapping, Node, Scalar, Sequence
from localcloud.workflows.syntax import (
    Assignment,
    Constant,
    Expression,
    ListTemplate,
    MapTemplate,
    Template,
)

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_RESERVED = frozenset(
    {"and", "or", "not", "in", "AND", "OR", "NOT"}
    | {"true", "false", "null", "True", "False", "Null", "TRUE", "FALSE", "NULL"}
)


class Faults:
    """Collects the faults of a source; what is wrong reads as null meanwhile."""

    def __init__(self) -> None:
        self.noted: list[Fault] = []

    def note(self, message: str, place: Place) -> None:
        """Add a fault."""
        self.noted.append(Fault(message, place.line, place.column))

    def unknown_keys(self, node: Mapping, known: set[str], where: str) -> None:
        """Note every key that has no meaning here."""
        for key, _ in node.entries:
            if key.text not in known:
                self.note(f"unexpected entry '{key.text}' in {where}", key.place)

    def check_name(self, node: Node, what: str) -> None:
        """Note a name that no variable can have."""
        if not isinstance(node, Scalar) or not isinstance(node.value, str):
            self.note(f"the name of a {what} must be a string", node.place)
        elif not _NAME.fullmatch(node.text) or node.text in _RESERVED:
            self.note(f"'{node.text}' is not a valid name of a {what}", node.place)

    def constant(self, node: Node, limits: Limits) -> Constant:
        """Return a value that must have no expression in it."""
        template = self.template(node, limits)
        if isinstance(template, Constant):
            return template
        if isinstance(template, Expression) and isinstance(template.node, Literal):
            return Constant(template.node.value, template.place)
        self.note("a default value must be a constant", node.place)
        return Constant(None, node.place)

    def template(self, node: Node, limits: Limits) -> Template:
        """Return a value of any depth; text that is wholly ``${…}`` is an expression."""
        if isinstance(node, Scalar):
            return self._scalar(node, limits)
        if isinstance(node, Sequence):
            items = tuple(self.template(item, limits) for item in node.items)
            return _list_of(items, node.place)
        entries = [
            (self._key(key, limits), self.template(value, limits)) for key, value in node.entries
        ]
        return _map_of(entries, node.place)

    def _key(self, key: Scalar, limits: Limits) -> Template:
        if is_expression(key):
            return self._scalar(key, limits)
        return Constant(key.text, key.place)

    def _scalar(self, node: Scalar, limits: Limits) -> Template:
        if not is_expression(node):
            return self._string(node, limits)
        text = node.text.strip()
        length = len(text.encode(errors="replace"))
        place = Place(node.place.line, node.place.column + node.is_quoted, length)
        if len(text) - len("${}") > limits.max_expression_chars:
            size = limits.max_expression_chars
            self.note(f"the expression is longer than {size} characters", place)
        try:
            return Expression(parse_expression(text[2:-1]), text, place)
        except ExpressionError as error:
            self._note_expression(error, place, skipped=2)
            return Constant(None, place)

    def _string(self, node: Scalar, limits: Limits) -> Constant:
        is_long = isinstance(node.value, str) and len(node.text) * 4 > limits.max_string_bytes
        if is_long and len(node.text.encode(errors="replace")) > limits.max_string_bytes:
            self.note("the string is longer than the limit", node.place)
        return Constant(node.value, node.place)

    def _note_expression(self, error: ExpressionError, place: Place, *, skipped: int) -> None:
        column = place.column + skipped + error.offset
        self.note(f"expression: {error.message}", Place(place.line, column))

    def assignment(self, key: Scalar, value: Template) -> Assignment | None:
        """Return the assignment of a value to what the key names."""
        try:
            target = parse_target(key.text)
        except ExpressionError as error:
            self._note_expression(error, key.place, skipped=0)
            return None
        return Assignment(target, key.text, value, key.place)

    def target(self, key: Scalar) -> ExpressionNode | None:
        """Return the tree of an assignment's left side."""
        found = self.assignment(key, Constant(None, key.place))
        return found.target if found else None


def is_expression(node: Scalar) -> bool:
    """Tell whether a scalar is wholly an expression; text around it makes it a string."""
    if not isinstance(node.value, str):
        return False
    text = node.text.strip()
    return text.startswith("${") and text.endswith("}")


def _list_of(items: tuple[Template, ...], place: Place) -> Template:
    if all(isinstance(item, Constant) for item in items):
        return Constant([item.value for item in items if isinstance(item, Constant)], place)
    return ListTemplate(items, place)


def _map_of(entries: list[tuple[Template, Template]], place: Place) -> Template:
    constants = {
        key.value: value.value
        for key, value in entries
        if isinstance(key, Constant) and isinstance(value, Constant)
    }
    if len(constants) == len(entries):
        return Constant(constants, place)
    return MapTemplate(tuple(entries), place)
