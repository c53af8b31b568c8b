"""The methods of Google's APIs that connectors know.

``catalog/SERVICE.VERSION.txt`` holds one API: its base URL, then each resource with its
methods as ``name VERB path [operation]``, facts taken from the API's discovery document.
The last word tells what a long-running method answers with (see ``operations``).

https://cloud.google.com/workflows/docs/reference/googleapis
https://developers.google.com/discovery/v1/reference/apis
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

_FOLDER = files("localcloud.workflows.connectors") / "catalog"
_VARIABLE = re.compile(r"\{\+?(\w+)\}")


@dataclass(frozen=True, slots=True)
class Method:
    """One method: ``path`` is a URI template below ``base_url``."""

    service: str
    base_url: str
    verb: str
    path: str
    operation: str | None

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the arguments that fill the path."""
        return tuple(_VARIABLE.findall(self.path))


def find_method(name: str) -> Method | None:
    """Return the method that ``googleapis.SERVICE.VERSION.RESOURCE.METHOD`` names."""
    prefix, _, rest = name.partition(".")
    service, _, rest = rest.partition(".")
    version, _, method = rest.partition(".")
    if prefix != "googleapis" or not (service.isalnum() and version.isalnum()):
        return None
    return _methods(service, version).get(method)


@cache
def _methods(service: str, version: str) -> Mapping[str, Method]:
    file = _FOLDER / f"{service}.{version}.txt"
    if not file.is_file():
        return {}
    base_url, *lines = file.read_text(encoding="utf-8").splitlines()
    methods, resource = {}, ""
    for line in lines:
        if not line.startswith(" "):
            resource = line
            continue
        name, verb, path, *operation = line.split()
        methods[f"{resource}.{name}"] = Method(
            service, base_url, verb, path, operation[0] if operation else None
        )
    return methods
