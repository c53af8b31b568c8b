"""Cut an expression into tokens.

https://cloud.google.com/workflows/docs/reference/syntax/expressions
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from localcloud.workflows.effects import Value
from localcloud.workflows.values import MAX_INT

Kind = Literal["value", "name", "operator", "end"]


class ExpressionError(Exception):
    """The text is no expression; ``offset`` is where in the text that shows."""

    def __init__(self, message: str, offset: int) -> None:
        super().__init__(message)
        self.message = message
        self.offset = offset


@dataclass(frozen=True, slots=True)
class Token:
    """A word of an expression and where it stands."""

    kind: Kind
    text: str
    offset: int
    value: Value = None


_TOKEN = re.compile(
    r"""
      (?P<space>\s+)
    | (?P<number>(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?)
    | (?P<string>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
    | (?P<operator>//|<=|>=|==|!=|[-+*/%<>()\[\].,])
    """,
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|.)", re.DOTALL)
_ESCAPES = {
    "n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f",
    '"': '"', "'": "'", "\\": "\\", "/": "/", "\n": "",
}  # fmt: skip
_WORDS: dict[str, Value] = {
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
    "null": None, "Null": None, "NULL": None,
}  # fmt: skip
_WORD_OPERATORS = {
    "and": "and", "AND": "and", "or": "or", "OR": "or", "not": "not", "NOT": "not",
    "in": "in",
}  # fmt: skip


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of an expression, an ``end`` token last."""
    offset = 0
    while offset < len(text):
        match = _TOKEN.match(text, offset)
        if match is None:
            raise ExpressionError(f"token recognition error at: '{text[offset]}'", offset)
        if match.lastgroup != "space":
            yield _token(match, str(match.lastgroup))
        offset = match.end()
    yield Token("end", "", len(text))


def _token(match: re.Match[str], group: str) -> Token:
    text, offset = match.group(), match.start()
    if group == "number":
        return Token("value", text, offset, _number(text, offset))
    if group == "string":
        return Token("value", text, offset, unescape(text[1:-1], offset))
    if group == "operator":
        return Token("operator", text, offset)
    if text in _WORDS:
        return Token("value", text, offset, _WORDS[text])
    if text in _WORD_OPERATORS:
        return Token("operator", _WORD_OPERATORS[text], offset, text)
    return Token("name", text, offset)


def _number(text: str, offset: int) -> int | float:
    if not text.isdigit():
        return float(text)
    if len(text.lstrip("0")) > len(str(MAX_INT)) or int(text) > MAX_INT + 1:
        raise ExpressionError(f"integer literal out of range: {text}", offset)
    return int(text)


def unescape(text: str, offset: int) -> str:
    """Return the text that a string literal stands for."""

    def replaced(match: re.Match[str]) -> str:
        code = match.group(1)
        if len(code) > 1:
            return chr(int(code[1:], 16))
        if code not in _ESCAPES:
            raise ExpressionError(f"unknown escape sequence: \\{code}", offset + match.start())
        return _ESCAPES[code]

    plain = _ESCAPE.sub(replaced, text)
    return plain.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
