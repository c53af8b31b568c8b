"""Derive ``schema.json`` anew from the published bindings of the google provider.

    pip download --no-deps cdktf-cdktf-provider-google==16.12.1
    python -m tests.infra.standin.derive cdktf_cdktf_provider_google-16.12.1-py3-none-any.whl

The last version of these bindings was made from provider 6.50.0.  They tell names, types,
counts and documented values; they do not tell which arguments exclude or need each other.
"""

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from tests.infra.standin.bindings import Class, Entry, Member, Module, read_modules
from tests.infra.standin.schema import SCHEMA_FILE

_ORIGIN: Final = (
    "npm @cdktf/provider-google 16.12.1 (MPL-2.0), generated from provider hashicorp/google 6.50.0"
)
_SECTIONS: Final = {"TerraformResource": "resources", "TerraformDataSource": "data_sources"}
_SIMPLE: Final = {"string": "string", "number": "number", "boolean": "bool"}
_ELEMENTS: Final = {"String": "string", "Number": "number", "Boolean": "bool"}
# Beside what infra/ has: what is likely to come.
_LIKELY: Final = frozenset(
    {
        "google_bigquery_connection",
        "google_bigquery_dataset",
        "google_bigquery_dataset_iam_member",
        "google_bigquery_table",
        "google_bigquery_table_iam_member",
        "google_cloud_run_v2_job",
        "google_cloud_run_v2_job_iam_member",
        "google_cloud_scheduler_job",
        "google_firestore_index",
        "google_project_iam_custom_role",
        "google_secret_manager_secret",
        "google_secret_manager_secret_iam_member",
        "google_secret_manager_secret_version",
    }
)
# A getter names how its value is read: ``this.getStringMapAttribute("labels")``.
_GETTERS: Final[tuple[tuple[str, Any], ...]] = (
    ("getStringMapAttribute", ["map", "string"]),
    ("getNumberMapAttribute", ["map", "number"]),
    ("getBooleanMapAttribute", ["map", "bool"]),
    ("Fn.tolist(this.getNumberListAttribute", ["set", "number"]),
    ("Fn.tolist(this.getListAttribute", ["set", "string"]),
    ("getNumberListAttribute", ["list", "number"]),
    ("getListAttribute", ["list", "string"]),
    ("getStringAttribute", "string"),
    ("getNumberAttribute", "number"),
    ("getBooleanAttribute", "bool"),
)

Json = dict[str, Any]


class UnknownFormError(Exception):
    """The bindings say something in a way that is not known here."""


def derive(wheel: Path, wanted: frozenset[str]) -> Json:
    """Return the schema of the wanted types and of the provider."""
    schema: Json = {"origin": _ORIGIN, "provider": {}, "resources": {}, "data_sources": {}}
    for module in read_modules(wheel):
        main = module.main
        if main is None:
            continue
        if main.base == "TerraformProvider":
            schema["provider"] = _provider(module, main)
        elif main.terraform_type in wanted:
            block = _block(module, main, main.own_entries, f"{main.name}Config")
            schema[_SECTIONS[main.base]][main.terraform_type] = block
    return schema


def used(folder: Path) -> frozenset[str]:
    """Return the types that a configuration names."""
    text = "".join(file.read_text() for file in folder.rglob("*.tf"))
    return frozenset(re.findall(r'^(?:resource|data) "(google_\w+)"', text, re.MULTILINE))


def _provider(module: Module, main: Class) -> Json:
    attributes: Json = {}
    blocks: Json = {}
    for name, entry in sorted(main.own_entries.items()):
        if entry.is_block:
            inner = module.structs[entry.kind.removesuffix("List")]
            block = {"attributes": {n: _optional(one) for n, one in sorted(inner.items())}}
            blocks[name] = {"nesting_mode": entry.collection, "max_items": 1, "block": block}
        elif name != "alias":  # Terraform's own
            attributes[name] = _optional(entry)
    return {"attributes": attributes, "block_types": blocks}


def _optional(entry: Entry) -> Json:
    if entry.collection == "simple":
        return {"type": _SIMPLE[entry.kind], "optional": True}
    collection = "map" if entry.kind.endswith("Map") else entry.collection
    return {"type": [collection, "string"], "optional": True}


def _block(module: Module, told: Class, entries: Mapping[str, Entry], interface: str) -> Json:
    attributes: Json = {}
    blocks: Json = {}
    enums = module.enums.get(interface, {})
    for member in sorted(told.members, key=lambda one: one.name):
        entry = entries.get(member.name)
        if entry is not None and entry.is_block:
            blocks[member.name] = _nested(module, member, entry)
        else:
            enum = enums.get(member.name, [])
            attributes[member.name] = _attribute(module, member, entry, enum)
    return {"attributes": attributes, **({"block_types": blocks} if blocks else {})}


def _nested(module: Module, member: Member, entry: Entry) -> Json:
    found = re.search(r"new (\w+)\(this, ", member.body)
    if found is None:
        raise UnknownFormError(member)
    single = found[1].endswith("OutputReference")
    struct = found[1].removesuffix("OutputReference" if single else "List")
    told = module.classes[f"{struct}OutputReference"]
    block = _block(module, told, module.structs[struct], struct)
    if entry.collection == "struct":
        return {"nesting_mode": "single", "block": block}
    counts = ({"min_items": 1} if member.required else {}) | ({"max_items": 1} if single else {})
    return {"nesting_mode": entry.collection, **counts, "block": block}


def _attribute(module: Module, member: Member, entry: Entry | None, enum: list[str]) -> Json:
    told: Json = {"type": _type(module, member, entry)}
    flags = ("optional", "required", "computed")
    told |= {flag: True for flag in flags if getattr(member, flag)}
    if enum and (member.optional or member.required):
        told["enum"] = enum
    return told


def _type(module: Module, member: Member, entry: Entry | None) -> Any:
    made = re.search(r'new (cdktf\.)?(\w+)\(this, "[\w.]+"(?:, (true|false))?\)', member.body)
    if made:
        return _made(module, made, entry)
    for getter, form in _GETTERS:
        if getter in member.body:
            plain_list = getter in ("getNumberListAttribute", "getListAttribute")
            return [entry.collection, form[1]] if plain_list and entry else form
    if "interpolationForAttribute" not in member.body:
        raise UnknownFormError(member)
    if entry is None:
        return "dynamic"
    return _SIMPLE[entry.kind] if entry.collection == "simple" else [entry.collection, "string"]


def _made(module: Module, made: re.Match[str], entry: Entry | None) -> Any:
    """Return the type of an attribute that has a class of its own."""
    name = made[2]
    if made[1]:
        element = re.sub(r"Map(List)?$", "", name)
        plain = ["map", _ELEMENTS[element]]
        return ["list", plain] if name.endswith("List") else plain
    struct = re.sub(r"(OutputReference|List|Map)$", "", name)
    if name.endswith("Map"):
        return ["map", _object(module, struct)]
    given = entry.collection if entry and entry.collection in ("list", "set") else None
    marked = "set" if made[3] == "true" and name.endswith("List") else "list"
    return [given or marked, _object(module, struct)]


def _object(module: Module, struct: str) -> list[Any]:
    """Return the type of a struct, from the class by which it is read."""
    told, entries = module.classes[f"{struct}OutputReference"], module.structs.get(struct, {})
    return ["object", {m.name: _type(module, m, entries.get(m.name)) for m in told.members}]


def main() -> None:
    infra = Path(__file__).parents[3] / "infra"
    schema = derive(Path(sys.argv[1]), used(infra) | _LIKELY)
    missing = used(infra) - schema["resources"].keys() - schema["data_sources"].keys()
    SCHEMA_FILE.write_text(json.dumps(schema, separators=(",", ":"), sort_keys=True) + "\n")
    size = SCHEMA_FILE.stat().st_size
    count = len(schema["resources"]) + len(schema["data_sources"])
    sys.stdout.write(f"{count} types, {size:,} bytes; unknown: {sorted(missing)}\n")


if __name__ == "__main__":
    main()
