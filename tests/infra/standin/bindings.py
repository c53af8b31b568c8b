"""Read the generated TypeScript of CDK for Terraform's bindings: one module a resource.

The package on PyPI carries the npm package; its compiled modules carry their TypeScript as
source maps.  What the generator writes about each attribute stands in comments, classes and
functions of fixed form.
"""

import base64
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

_SOURCE_MAP: Final = "sourceMappingURL=data:application/json;base64,"
_MULTILINE: Final = re.MULTILINE | re.DOTALL
_CLASS: Final = re.compile(r"^export class (\w+) extends cdktf\.(\w+) \{\n(.*?)^\}", _MULTILINE)
_MEMBER: Final = re.compile(
    r"^  // (\w+) - computed: (true|false), optional: (true|false), required: (true|false)\n"
    r"(.*?)(?=^  // \w+ - computed: |^  // =====|\Z)",
    _MULTILINE,
)
_FUNCTION: Final = re.compile(
    r"^export function (\w+)ToHclTerraform\(struct\?: [^\n]*\{\n(.*?)^\}", _MULTILINE
)
_ENTRY: Final = re.compile(
    r"^ {4,6}(\w+): \{\n\s+value: .*?,\n\s+isBlock: (true|false),\n"
    r'\s+type: "(\w+)",\n\s+storageClassType: "(\w+)",\n\s+\},',
    _MULTILINE,
)
_INTERFACE: Final = re.compile(r"^export interface (\w+)[^\n]*\{\n(.*?)^\}", _MULTILINE)
_PROPERTY: Final = re.compile(r"/\*\*(.*?)\*/\s*readonly \w+\??: [^;]+;", re.DOTALL)
_DOCUMENTED: Final = re.compile(r"/docs(?:/(?:resources|data-sources)/\w+)?#(\w+) ")
_POSSIBLE: Final = re.compile(r"Possible values: \[([^\]]*)\]")


@dataclass(frozen=True, slots=True)
class Member:
    """An attribute or block of a class."""

    name: str
    computed: bool
    optional: bool
    required: bool
    body: str


@dataclass(frozen=True, slots=True)
class Entry:
    """How an attribute is written in HCL."""

    is_block: bool
    collection: str
    """``simple``, ``list``, ``set``, ``map`` or ``struct``."""
    kind: str
    """Of the value, or of the elements."""


@dataclass(frozen=True, slots=True)
class Class:
    name: str
    base: str
    body: str

    @property
    def members(self) -> list[Member]:
        return [
            Member(name, computed == "true", optional == "true", required == "true", body)
            for name, computed, optional, required, body in _MEMBER.findall(self.body)
        ]

    @property
    def terraform_type(self) -> str:
        found = re.search(r'tfResourceType = "(\w+)"', self.body)
        return found[1] if found else ""

    @property
    def own_entries(self) -> Mapping[str, Entry]:
        """How the attributes of the resource itself are written."""
        return _entries(self.body.partition("synthesizeHclAttributes()")[2])


@dataclass(frozen=True, slots=True)
class Module:
    """The bindings of one resource, data source, or of the provider."""

    classes: Mapping[str, Class]
    structs: Mapping[str, Mapping[str, Entry]]
    enums: Mapping[str, Mapping[str, list[str]]]

    @classmethod
    def parse(cls, text: str) -> Self:
        return cls(
            {name: Class(name, base, body) for name, base, body in _CLASS.findall(text)},
            {name[0].upper() + name[1:]: _entries(body) for name, body in _FUNCTION.findall(text)},
            {name: dict(_enums(body)) for name, body in _INTERFACE.findall(text)},
        )

    @property
    def main(self) -> Class | None:
        """The class of the resource, data source or provider."""
        bases = ("TerraformResource", "TerraformDataSource", "TerraformProvider")
        return next((one for one in self.classes.values() if one.base in bases), None)


def read_modules(wheel: Path) -> Iterator[Module]:
    """Yield the module of every resource, data source and the provider."""
    with zipfile.ZipFile(wheel) as package:
        (archive,) = [name for name in package.namelist() if name.endswith(".jsii.tgz")]
        content = package.read(archive)
    texts: dict[str, list[tuple[str, str]]] = {}
    with tarfile.open(fileobj=io.BytesIO(content)) as files:
        for file in files:
            path = file.name.split("/")
            if path[:2] == ["package", "lib"] and file.name.endswith(".js"):
                script = files.extractfile(file)
                assert script is not None
                sources = _sources(script.read().decode())
                texts.setdefault(path[2], []).extend((file.name, source) for source in sources)
    for parts in texts.values():
        yield Module.parse("\n".join(source for _, source in sorted(parts)))


def _sources(script: str) -> list[str]:
    """Return the TypeScript that a compiled module was made from."""
    _, found, rest = script.rpartition(_SOURCE_MAP)
    return json.loads(base64.b64decode(rest.split()[0]))["sourcesContent"] if found else []


def _entries(body: str) -> dict[str, Entry]:
    return {
        name: Entry(is_block == "true", collection, kind)
        for name, is_block, collection, kind in _ENTRY.findall(body)
    }


def _enums(body: str) -> Iterator[tuple[str, list[str]]]:
    for comment in _PROPERTY.findall(body):
        plain = re.sub(r"\n?\s*\* ?", "\n", comment)
        name, possible = _DOCUMENTED.search(comment), _POSSIBLE.search(plain)
        if name and possible:
            yield name[1], re.findall(r'"([^"]*)"', possible[1])
