"""``filter`` and ``order_by`` of lists.

A filter is a chain of comparisons joined by AND; the operators are those of AIP-160.
https://google.aip.dev/160
https://google.aip.dev/132#ordering
"""

import re
from collections.abc import Callable, Mapping, Sequence
from operator import eq, ge, gt, le, lt, ne
from typing import Any, TypeVar

from google.protobuf.json_format import MessageToDict

from localcloud.errors import invalid_argument

T = TypeVar("T")

_COMPARISON = re.compile(
    r"\s*(?P<field>[A-Za-z_][\w.\-]*)\s*(?P<operator><=|>=|!=|[<>=:])\s*"
    r'(?:"(?P<quoted>[^"]*)"|(?P<bare>[^\s"=<>!]+))\s*'
)
_AND = re.compile(r"AND\b\s*")
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": eq,
    "!=": ne,
    "<": lt,
    "<=": le,
    ">": gt,
    ">=": ge,
}


def selected(items: Sequence[T], text: str, aliases: Mapping[str, str]) -> Sequence[T]:
    """Return the items that the filter lets through; ``aliases`` are other names of fields."""
    comparisons = _parsed(text)
    return [
        item
        for item in items
        if all(_holds(_fields(item), aliases.get(f, f), o, v) for f, o, v in comparisons)
    ]


def ordered(
    items: Sequence[T], order_by: str, aliases: Mapping[str, str] | None = None
) -> Sequence[T]:
    """Return the items in the order asked for, ``startTime desc, state`` say."""
    found = list(items)
    for part in reversed([p.split() for p in order_by.split(",") if p.strip()]):
        name = (aliases or {}).get(part[0], part[0])
        found.sort(
            key=lambda item, n=name: _sortable(_field(_fields(item), n)),  # type: ignore[misc]
            reverse=part[1:] == ["desc"],
        )
    return found


def _parsed(text: str) -> list[tuple[str, str, str]]:
    position, comparisons = 0, []
    while position < len(text.rstrip()):
        found = _COMPARISON.match(text, position)
        if found is None:
            raise invalid_argument(f"filter cannot be read at {text[position : position + 40]!r}")
        value = found["quoted"] if found["quoted"] is not None else found["bare"]
        comparisons.append((found["field"], found["operator"], value))
        position = found.end()
        joined = _AND.match(text, position)
        if joined:
            position = joined.end()
    return comparisons


def _fields(item: Any) -> Mapping[str, Any]:
    return item if isinstance(item, Mapping) else MessageToDict(item)


def _holds(fields: Mapping[str, Any], name: str, operator: str, wanted: str) -> bool:
    value = _field(fields, name)
    if value is None:
        return operator == "!="
    if operator == ":":
        return wanted == "*" or wanted in str(value)
    if isinstance(value, int | float):
        return wanted.replace(".", "", 1).isdigit() and _COMPARE[operator](value, float(wanted))
    prefix, _, _ = str(value).partition("_")
    # ``state="SUCCEEDED"`` is documented also where the enum says STATE_SUCCEEDED.
    text = str(value) if wanted.startswith(prefix) else str(value).removeprefix("STATE_")
    return _COMPARE[operator](text, wanted)


def _field(fields: Mapping[str, Any], path: str) -> Any:
    found: Any = fields
    for name in path.split("."):
        found = found.get(_camel(name)) if isinstance(found, Mapping) else None
    return found


def _camel(name: str) -> str:
    head, *rest = name.split("_")
    return head + "".join(part.capitalize() for part in rest)


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, value if isinstance(value, int | float) else str(value))
