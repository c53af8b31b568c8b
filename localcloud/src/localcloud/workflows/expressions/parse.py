"""Turn tokens into a tree, by the documented order of operations.

https://cloud.google.com/workflows/docs/reference/syntax/datatypes#order-operations
Comparisons and ``in`` are one level, and ``not`` binds more tightly than any of
the arithmetic operators.
"""

from __future__ import annotations

from localcloud.workflows.expressions.nodes import (
    Binary,
    Index,
    Invoke,
    ListOf,
    Literal,
    Member,
    Name,
    Node,
    Unary,
    dotted,
)
from localcloud.workflows.expressions.tokens import ExpressionError, Token, tokens
from localcloud.workflows.values import MAX_INT

MAX_NESTING = 60
"""Brackets and prefixes that may be open at once; keeps hostile text off the stack."""

_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"or"}),
    frozenset({"and"}),
    frozenset({"<", "<=", ">", ">=", "==", "!=", "in"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "//", "%"}),
)
_MAX_OPERATORS = 250
"""Trees lean to the left, as deep as they have operators; 400 characters hold fewer than these."""


def parse_expression(text: str) -> Node:
    """Return the tree of an expression, given without its ``${`` and ``}``."""
    parser = _Parser(text)
    node = parser.level(0)
    parser.expect_end()
    return node


def parse_target(text: str) -> Node:
    """Return the tree of an assignment's left side: names, members and indexes only."""
    parser = _Parser(text)
    node = parser.access()
    parser.expect_end()
    inner = node
    while isinstance(inner, Member | Index):
        inner = inner.owner
    if not isinstance(inner, Name):
        raise ExpressionError(f"cannot assign to '{text}'", 0)
    return node


class _Parser:
    """One expression being read; positions only move forward."""

    def __init__(self, text: str) -> None:
        self._tokens = list(tokens(text))
        self._at = 0
        self._open = 0
        self._operators = 0

    def level(self, depth: int) -> Node:
        """Return an operation of this level of precedence or a higher one."""
        if depth == len(_LEVELS):
            return self._prefixed()
        node = self.level(depth + 1)
        while self._is_operator(_LEVELS[depth]):
            operator = self._take().text
            self._count_operator()
            node = Binary(operator, node, self.level(depth + 1))
        return node

    def _count_operator(self) -> None:
        self._operators += 1
        if self._operators > _MAX_OPERATORS:
            raise ExpressionError("the expression has too many operators", self._peek().offset)

    def _prefixed(self) -> Node:
        if not self._is_operator(frozenset({"-", "not"})):
            return self.access()
        token = self._enter()
        operand = self._prefixed()
        self._open -= 1
        if token.text == "-" and isinstance(operand, Literal):
            return self._negated(operand, token)
        return Unary(token.text, operand)

    def _negated(self, operand: Literal, token: Token) -> Node:
        if type(operand.value) in (int, float):
            return Literal(-operand.value)
        return Unary(token.text, operand)

    def access(self) -> Node:
        """Return a primary value with all the members, indexes and calls behind it."""
        node = self._primary()
        while self._peek().kind == "operator":
            text = self._peek().text
            if text == ".":
                node = self._member(node)
            elif text == "[":
                node = self._index(node)
            elif text == "(":
                node = self._call(node)
            else:
                break
            self._count_operator()
        return node

    def _member(self, owner: Node) -> Node:
        self._take()
        token = self._take()
        name = token.value if token.kind == "operator" and token.value else token.text
        if not (name.isidentifier() and name.isascii()):
            raise self._unexpected(token)
        return Member(owner, name, token.offset)

    def _index(self, owner: Node) -> Node:
        self._enter()
        key = self.level(0)
        self._close("]")
        return Index(owner, key)

    def _call(self, function: Node) -> Node:
        offset = self._enter().offset
        name = dotted(function)
        if name is None:
            raise ExpressionError("only a named function can be called", offset)
        arguments = self._list_until(")")
        while isinstance(function, Member):
            function = function.owner
        offset = function.offset if isinstance(function, Name) else offset
        return Invoke(name, arguments, offset)

    def _primary(self) -> Node:
        token = self._peek()
        if token.kind == "value":
            self._take()
            return self._literal(token)
        if token.kind == "name":
            self._take()
            return Name(token.text, token.offset)
        if token.text == "(":
            self._enter()
            node = self.level(0)
            self._close(")")
            return node
        if token.text == "[":
            self._enter()
            return ListOf(self._list_until("]"))
        raise self._unexpected(token)

    def _literal(self, token: Token) -> Node:
        before = self._tokens[self._at - 2] if self._at > 1 else token
        if token.value == MAX_INT + 1 and type(token.value) is int and before.text != "-":
            raise ExpressionError(f"integer literal out of range: {token.text}", token.offset)
        return Literal(token.value)

    def _list_until(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while self._peek().text != closing or self._peek().kind != "operator":
            items.append(self.level(0))
            if not self._is_operator(frozenset({","})):
                break
            self._take()
            if self._is_operator(frozenset({closing})):
                raise self._unexpected(self._peek())
        self._close(closing)
        return tuple(items)

    def _enter(self) -> Token:
        self._open += 1
        if self._open > MAX_NESTING:
            raise ExpressionError("the expression is nested too deeply", self._peek().offset)
        return self._take()

    def _close(self, closing: str) -> None:
        self._open -= 1
        token = self._take()
        if token.kind != "operator" or token.text != closing:
            raise self._unexpected(token, f" (expecting '{closing}')")

    def expect_end(self) -> None:
        """Refuse whatever follows the expression."""
        token = self._peek()
        if token.kind != "end":
            raise self._unexpected(token)

    def _unexpected(self, token: Token, hint: str = "") -> ExpressionError:
        if token.kind == "end":
            return ExpressionError(f"unexpected end of expression{hint}", token.offset)
        return ExpressionError(f"unexpected '{token.text}'{hint}", token.offset)

    def _is_operator(self, texts: frozenset[str]) -> bool:
        token = self._peek()
        return token.kind == "operator" and token.text in texts

    def _peek(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._tokens[self._at]
        if token.kind != "end":
            self._at += 1
        return token
