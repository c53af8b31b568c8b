"""Read YAML or JSON into nodes that know their line and column.

Scalars follow the YAML 1.2 core schema, as the service does: ``yes``, ``on`` and
dates stay strings.  https://cloud.google.com/workflows/docs/reference/syntax
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import yaml

from localcloud.workflows.effects import Value
from localcloud.workflows.failures import DeploymentError, Fault, Place
from localcloud.workflows.limits import Limits
from localcloud.workflows.values import MAX_INT, MIN_INT

MAX_NESTING = 100
"""Lists and maps that may be open at once in a source."""
MAX_NODES = 200_000
"""How many nodes a source may have once its aliases are written out."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A string, number, boolean or null; ``text`` is as written, without its quotes."""

    value: Value
    text: str
    place: Place
    is_quoted: bool = False


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    place: Place
    weight: int


@dataclass(frozen=True, slots=True)
class Mapping:
    """A map, in the order of the text."""

    entries: tuple[tuple[Scalar, Node], ...]
    place: Place
    weight: int

    def get(self, key: str) -> Node | None:
        """Return the value of a key."""
        for name, node in self.entries:
            if name.text == key:
                return node
        return None


Node = Scalar | Sequence | Mapping

_QUICK_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
"""The parser in C gives the same events ten times faster, where PyYAML was built with it."""
_HALF_CHARACTER = re.compile(r"\\u[dD][89a-fA-F]")
"""What JSON writes twice for an emoji, and the parser in C refuses."""


def read_source(source: str, limits: Limits) -> Node:
    """Return the document; raise DeploymentError where it is no YAML or too large."""
    if len(source.encode(errors="replace")) > limits.max_source_bytes:
        size = limits.max_source_bytes // 1024
        raise _refusal(f"the workflow source is larger than {size} KB", Place(1, 1), source)
    try:
        node = _Builder(source).document()
    except yaml.MarkedYAMLError as error:
        raise _yaml_refusal(error, source) from error
    except yaml.YAMLError as error:
        raise _refusal(f"the source cannot be read: {error}", Place(1, 1), source) from error
    if node is None:
        raise _refusal("the workflow source is empty", Place(1, 1), source)
    return node


def _yaml_refusal(error: yaml.MarkedYAMLError, source: str) -> DeploymentError:
    mark = error.problem_mark or error.context_mark
    place = Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)
    return _refusal(f"parse error: {error.problem or error.context}", place, source)


def _refusal(message: str, place: Place, source: str) -> DeploymentError:
    return DeploymentError((Fault(message, place.line, place.column),), source)


def _loadable(source: str) -> str:
    """Return the text for the YAML parser, to which tabs in JSON are no space."""
    if "\t" in source and source.lstrip()[:1] in ("{", "["):
        try:
            json.loads(source)
        except (ValueError, RecursionError):
            return source
        return source.replace("\t", " ")
    return source


@dataclass(slots=True)
class _Open:
    """A collection whose end has not been read yet."""

    place: Place
    anchor: str | None
    is_map: bool
    nodes: list[Node] = field(default_factory=list)


class _Builder:
    """Builds nodes from the events of the YAML parser, without recursion."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._anchors: dict[str, Node] = {}
        self._open: list[_Open] = []
        self._root: Node | None = None

    def document(self) -> Node | None:
        """Return the only document of the source."""
        documents = 0
        for event in self._events():
            documents += isinstance(event, yaml.DocumentStartEvent)
            if documents > 1:
                raise self._refused("only one YAML document is allowed", _place(event))
            self._take(event)
        return self._root

    def _events(self) -> Iterator[yaml.Event]:
        has_halves = _HALF_CHARACTER.search(self._source)
        loader = yaml.SafeLoader if has_halves else _QUICK_LOADER
        return iter(yaml.parse(_loadable(self._source), Loader=loader))

    def _take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            self._begin(event)
        elif isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event), event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            self._add(self._aliased(event), None)
        elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
            self._end()

    def _begin(self, event: yaml.MappingStartEvent | yaml.SequenceStartEvent) -> None:
        if len(self._open) >= MAX_NESTING:
            raise self._refused("lists and maps are nested too deeply", _place(event))
        is_map = isinstance(event, yaml.MappingStartEvent)
        self._open.append(_Open(_place(event), event.anchor, is_map))

    def _end(self) -> None:
        done = self._open.pop()
        weight = 1 + sum(map(_weight, done.nodes))
        if weight > MAX_NODES:
            raise self._refused("the workflow source has too many elements", done.place)
        node: Node
        if done.is_map:
            node = Mapping(self._entries(done.nodes), done.place, weight)
        else:
            node = Sequence(tuple(done.nodes), done.place, weight)
        self._add(node, done.anchor)

    def _entries(self, nodes: list[Node]) -> tuple[tuple[Scalar, Node], ...]:
        entries: list[tuple[Scalar, Node]] = []
        seen: set[str] = set()
        for key, value in zip(nodes[::2], nodes[1::2], strict=True):
            if not isinstance(key, Scalar):
                raise self._refused("the key of a map must be a string", key.place)
            if key.text in seen:
                raise self._refused(f"the key '{key.text}' stands twice in a map", key.place)
            seen.add(key.text)
            entries.append((key, value))
        return tuple(entries)

    def _aliased(self, event: yaml.AliasEvent) -> Node:
        if event.anchor not in self._anchors:
            raise self._refused(f"found undefined alias '{event.anchor}'", _place(event))
        return self._anchors[event.anchor]

    def _add(self, node: Node, anchor: str | None) -> None:
        if anchor is not None:
            self._anchors[anchor] = node
        if self._open:
            self._open[-1].nodes.append(node)
        else:
            self._root = node

    def _refused(self, message: str, place: Place) -> DeploymentError:
        return _refusal(message, place, self._source)


def _weight(node: Node) -> int:
    return 1 if isinstance(node, Scalar) else node.weight


def _place(event: yaml.Event) -> Place:
    mark = event.start_mark
    return Place(mark.line + 1, mark.column + 1) if mark else Place(1, 1)


_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {
    "true": True, "True": True, "TRUE": True,
    "false": False, "False": False, "FALSE": False,
}  # fmt: skip
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_DOUBLE = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")


def _scalar(event: yaml.ScalarEvent) -> Scalar:
    text = _whole_characters(event.value)
    is_plain = not event.style and event.tag in (None, "!")
    value = _plain_value(text) if is_plain else text
    return Scalar(value, text, _place(event), is_quoted=event.style in ("'", '"'))


def _whole_characters(text: str) -> str:
    """Join the surrogate pairs that JSON writes as two escapes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _plain_value(text: str) -> Value:
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if _INTEGER.fullmatch(text):
        return _integer(text)
    if _DOUBLE.fullmatch(text):
        return float(text)
    return text


def _integer(text: str) -> Value:
    if text[:2] in ("0x", "0o"):
        number = int(text, 0)
    elif len(text) > len(str(MIN_INT)):
        return float(text)
    else:
        number = int(text)
    return number if MIN_INT <= number <= MAX_INT else float(text)
