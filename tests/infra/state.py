"""Look things up in the state that ``terraform show -json`` prints."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

State = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    address: str
    kind: str
    values: Mapping[str, Any]


def resources(state: State, kind: str = "") -> Iterator[Resource]:
    """Yield every resource, or those of a kind, of the root and its modules."""
    return _resources(state["root_module"], kind)


def only(state: State, kind: str, **values: Any) -> Mapping[str, Any]:
    """Return the one resource of a kind with these values."""
    found = [
        resource.values
        for resource in resources(state, kind)
        if all(resource.values[name] == value for name, value in values.items())
    ]
    assert len(found) == 1, (kind, values, len(found))
    return found[0]


def output(state: State, name: str) -> Any:
    return state["outputs"][name]["value"]


def environment(service: Mapping[str, Any]) -> dict[str, str]:
    """Return the variables of a Cloud Run service."""
    container = service["template"][0]["containers"][0]
    return {one["name"]: one["value"] for one in container["env"]}


def _resources(module: Mapping[str, Any], kind: str) -> Iterator[Resource]:
    for told in module.get("resources", []):
        if told["mode"] == "managed" and kind in ("", told["type"]):
            yield Resource(told["address"], told["type"], told["values"])
    for child in module.get("child_modules", []):
        yield from _resources(child, kind)
