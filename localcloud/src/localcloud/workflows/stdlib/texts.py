"""Text, the namespace ``text``.

https://cloud.google.com/workflows/docs/reference/stdlib/text
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any
from urllib.parse import quote, unquote_to_bytes

import re2  # type: ignore[import-untyped]

from localcloud.workflows.effects import Value
from localcloud.workflows.failures import index_error, resource_limit, value_error
from localcloud.workflows.stdlib.function import BYTES, INTEGER, STRING, Function, Param

_UNRESERVED = ".-_"
MAX_CHARS = 16 * 1024 * 1024
"""No function builds a longer text, whatever the limits of the execution are."""
_BAD_ESCAPE = re.compile(r"%(?![0-9a-fA-F]{2})")


def find_all(source: str, substr: str) -> list[Value]:
    """Return the indexes at which the substring begins."""
    found = []
    at = source.find(substr)
    while at >= 0:
        found.append(at)
        at = source.find(substr, at + max(1, len(substr)))
    return found


def find_all_regex(source: str, regexp: str) -> list[Value]:
    """Return every match with its index, leftmost and then longest."""
    return [{"index": start, "match": source[start:end]} for start, end in _spans(source, regexp)]


def match_regex(source: str, regexp: str) -> bool:
    """Tell whether the expression matches anywhere."""
    return _compiled(regexp).search(source) is not None


def replace_all(source: str, substr: str, repl: str) -> str:
    """Return the text with every occurrence of a substring replaced."""
    _check_length(len(source) + source.count(substr) * len(repl))
    return source.replace(substr, repl)


def replace_all_regex(source: str, regexp: str, repl: str) -> str:
    """Return the text with every match replaced; ``repl`` is taken literally."""
    parts, at = [], 0
    for start, end in _spans(source, regexp):
        parts += [source[at:start], repl]
        at = end
    _check_length(len(source) + len(parts) // 2 * len(repl))
    return "".join([*parts, source[at:]])


def _check_length(chars: int) -> None:
    if chars > MAX_CHARS:
        raise resource_limit("the string is longer than the limit")


def _spans(source: str, regexp: str) -> Iterator[tuple[int, int]]:
    for match in _compiled(regexp).finditer(source):
        yield match.span()


@lru_cache(maxsize=256)
def _compiled(regexp: str) -> Any:
    options = re2.Options()
    options.longest_match = True
    options.log_errors = False
    try:
        return re2.compile(regexp, options)
    except re2.error as fault:
        raise value_error(f"invalid regular expression '{regexp}'") from fault


def split(source: str, separator: str) -> list[Value]:
    """Return the parts between the separators; an empty one separates all characters."""
    return source.split(separator) if separator else list(source)


def substring(source: str, start: int, end: int) -> str:
    """Return the characters from ``start`` up to, but without, ``end``."""
    if not 0 <= start <= end <= len(source):
        raise index_error(f"substring {start}:{end} is out of range of {len(source)} characters")
    return source[start:end]


def to_lower(source: str) -> str:
    """Return the text in lower case."""
    return source.lower()


def to_upper(source: str) -> str:
    """Return the text in upper case."""
    return source.upper()


def url_encode(source: str) -> str:
    """Return the text percent-encoded, a space as %20."""
    return quote(source, safe=_UNRESERVED, errors="replace").replace("~", "%7E")


def url_encode_plus(source: str) -> str:
    """Return the text percent-encoded, a space as a plus sign."""
    return url_encode(source).replace("%20", "+")


def url_decode(source: str) -> str:
    """Return the text that a percent-encoded one stands for."""
    if _BAD_ESCAPE.search(source):
        raise value_error("invalid URL escape")
    try:
        return unquote_to_bytes(source.replace("+", " ")).decode()
    except UnicodeDecodeError as fault:
        raise value_error("the decoded text is not UTF-8") from fault


def encode(data: str, charset: str) -> bytes:
    """Return the text as bytes in the charset."""
    try:
        return data.encode(_known(charset))
    except UnicodeEncodeError as fault:
        raise value_error(f"the text cannot be encoded as {charset}") from fault


def decode(data: bytes, charset: str) -> str:
    """Return the text of bytes in the charset."""
    try:
        return data.decode(_known(charset))
    except UnicodeDecodeError as fault:
        raise value_error(f"the bytes are not {charset}") from fault


def _known(charset: str) -> str:
    try:
        return codecs.lookup(charset).name
    except LookupError as fault:
        raise value_error(f"unknown charset '{charset}'") from fault


_SOURCE = Param("source", STRING)
_SUBSTR = Param("substr", STRING)
_REGEXP = Param("regexp", STRING)
_REPL = Param("repl", STRING)
_CHARSET = Param("charset", STRING, default="UTF-8")

FUNCTIONS = (
    Function("text.find_all", (_SOURCE, _SUBSTR), find_all),
    Function("text.find_all_regex", (_SOURCE, _REGEXP), find_all_regex),
    Function("text.match_regex", (_SOURCE, _REGEXP), match_regex),
    Function("text.replace_all", (_SOURCE, _SUBSTR, _REPL), replace_all),
    Function("text.replace_all_regex", (_SOURCE, _REGEXP, _REPL), replace_all_regex),
    Function("text.split", (_SOURCE, Param("separator", STRING)), split),
    Function(
        "text.substring", (_SOURCE, Param("start", INTEGER), Param("end", INTEGER)), substring
    ),
    Function("text.to_lower", (_SOURCE,), to_lower),
    Function("text.to_upper", (_SOURCE,), to_upper),
    Function("text.url_encode", (_SOURCE,), url_encode),
    Function("text.url_encode_plus", (_SOURCE,), url_encode_plus),
    Function("text.url_decode", (_SOURCE,), url_decode),
    Function("text.encode", (Param("data", STRING), _CHARSET), encode),
    Function("text.decode", (Param("data", BYTES), _CHARSET), decode),
)
