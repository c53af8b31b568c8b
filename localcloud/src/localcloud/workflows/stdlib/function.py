"""How a function of the standard library declares itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from localcloud.workflows.effects import Value
from localcloud.workflows.failures import type_error
from localcloud.workflows.values import FunctionRef, type_name

REQUIRED = object()
"""The default of a parameter that has none."""

ANY: tuple[type, ...] = ()
STRING: tuple[type, ...] = (str,)
BYTES: tuple[type, ...] = (bytes,)
TEXT_OR_BYTES: tuple[type, ...] = (str, bytes)
NUMBER: tuple[type, ...] = (int, float)
INTEGER: tuple[type, ...] = (int,)
BOOLEAN: tuple[type, ...] = (bool,)
LIST: tuple[type, ...] = (list,)
MAP: tuple[type, ...] = (dict,)

_NAMES: dict[type, str] = {
    str: "string",
    bytes: "bytes",
    int: "integer",
    float: "double",
    bool: "boolean",
    list: "list",
    dict: "map",
    FunctionRef: "function",
}


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter: its name, the types it takes (none: any) and its default."""

    name: str
    types: tuple[type, ...] = ANY
    default: Any = REQUIRED

    def accepts(self, value: Value) -> bool:
        """Tell whether a value may be given for this parameter."""
        if not self.types or type(value) in self.types:
            return True
        return value is None and self.default is not REQUIRED


Style = Literal["pure", "state", "flow"]


@dataclass(frozen=True, slots=True)
class Function:
    """A function: ``body`` takes the arguments in the order of ``params``.

    ``pure`` bodies return their result; ``state`` bodies do, and take the
    ``RunState`` first; ``flow`` bodies take it too and are generators of effects.
    Blocking functions may stand in call steps only.
    """

    name: str
    params: tuple[Param, ...]
    body: Callable[..., Any]
    style: Style = "pure"
    blocking: bool = False

    @property
    def takes_anything(self) -> bool:
        """Whether it has one parameter, for a value of any type."""
        return len(self.params) == 1 and not self.params[0].types

    def misuse(self, count: int) -> str | None:
        """Return what is wrong with giving this many arguments by position."""
        required = sum(param.default is REQUIRED for param in self.params)
        if count < required:
            missing = self.params[count].name
            return f"function '{self.name}' misses its argument '{missing}'"
        if count > len(self.params):
            return f"function '{self.name}' takes {len(self.params)} arguments, {count} given"
        return None

    def misnamed(self, names: Sequence[str]) -> str | None:
        """Return what is wrong with giving the arguments of these names."""
        known = {param.name for param in self.params}
        for name in names:
            if name not in known:
                return f"function '{self.name}' has no argument '{name}'"
        for param in self.params:
            if param.default is REQUIRED and param.name not in names:
                return f"function '{self.name}' misses its argument '{param.name}'"
        return None

    def values(self, arguments: Value) -> list[Value]:
        """Return the arguments of a call step, which gives them by name or by position."""
        if type(arguments) is dict:
            return self.by_name(arguments)
        if type(arguments) is not list:
            raise type_error(f"args must be a map or a list; got: {type_name(arguments)}")
        fault = self.misuse(len(arguments))
        if fault:
            raise type_error(fault)
        return self.checked(arguments)

    def by_name(self, arguments: Mapping[str, Value]) -> list[Value]:
        """Return the arguments in the order of the parameters, checked."""
        fault = self.misnamed(list(arguments))
        if fault:
            raise type_error(fault)
        given = [arguments.get(param.name, param.default) for param in self.params]
        return self.checked(given)

    def checked(self, values: Sequence[Value]) -> list[Value]:
        """Return positional arguments filled up with defaults, their types checked."""
        result = list(values)
        for position, param in enumerate(self.params):
            if position >= len(result):
                result.append(param.default)
            elif not param.accepts(result[position]):
                if result[position] is param.default:
                    continue
                raise self._wrong_type(param, result[position])
        return result

    def _wrong_type(self, param: Param, value: Value) -> Exception:
        expected = " or ".join(_NAMES[kind] for kind in param.types)
        shown = f"function '{self.name}': argument '{param.name}' must be {expected}"
        return type_error(f"{shown}; got: {type_name(value)}")
