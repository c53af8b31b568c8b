"""Lists, the namespace ``list``.

https://cloud.google.com/workflows/docs/reference/stdlib/list
"""

from __future__ import annotations

from localcloud.workflows.effects import Value
from localcloud.workflows.stdlib.function import LIST, Function, Param


def concat(items: list[Value], element: Value) -> list[Value]:
    """Return a copy of the list with one more element at its end."""
    return [*items, element]


def prepend(items: list[Value], element: Value) -> list[Value]:
    """Return a copy of the list with one more element at its beginning."""
    return [element, *items]


_PARAMS = (Param("objs", LIST), Param("val"))

FUNCTIONS = (
    Function("list.concat", _PARAMS, concat),
    Function("list.prepend", _PARAMS, prepend),
)
