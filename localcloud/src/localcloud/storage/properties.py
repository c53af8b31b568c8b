"""The properties that a client may set on an object, on insert and on patch.

https://cloud.google.com/storage/docs/metadata
"""

from collections.abc import Mapping

from localcloud.storage.errors import invalid
from localcloud.storage.resources import Json

MAX_METADATA_BYTES = 8 * 1024
TEXTS = frozenset(
    {
        "cacheControl",
        "contentDisposition",
        "contentEncoding",
        "contentLanguage",
        "contentType",
        "customTime",
    }
)
HOLDS = frozenset({"eventBasedHold", "temporaryHold"})
# Named at birth only: a change of class is a rewrite.
_AT_BIRTH = frozenset({"storageClass"})
STORAGE_CLASSES = frozenset(
    {
        "ARCHIVE",
        "COLDLINE",
        "DURABLE_REDUCED_AVAILABILITY",
        "MULTI_REGIONAL",
        "NEARLINE",
        "REGIONAL",
        "STANDARD",
    }
)


def new_properties(resource: Mapping[str, object]) -> Json:
    """Return what a resource sets.  Raises StorageError where a value is malformed."""
    properties = {
        name: value
        for name, value in _checked(resource, TEXTS | HOLDS | _AT_BIRTH).items()
        if value is not None
    }
    if properties.get("storageClass", "STANDARD") not in STORAGE_CLASSES:
        raise invalid(f"Invalid storage class: {properties['storageClass']}", "storageClass")
    metadata = _merged({}, resource.get("metadata"))
    return properties | ({"metadata": metadata} if metadata else {})


def patched_properties(current: Json, patch: Mapping[str, object]) -> Json:
    """Return the properties after a patch: ``null`` removes, metadata is merged by key."""
    properties = dict(current)
    for name, value in _checked(patch, TEXTS | HOLDS).items():
        _put(properties, name, value)
    if "metadata" in patch:
        known = current.get("metadata") if patch["metadata"] is not None else {}
        _put(properties, "metadata", _merged(known or {}, patch["metadata"]) or None)
    return properties


def updated_properties(current: Json, resource: Mapping[str, object]) -> Json:
    """Return the properties after an update, which replaces all that can be set."""
    kept = {name: current[name] for name in _AT_BIRTH if name in current}
    return kept | {k: v for k, v in new_properties(resource).items() if k not in _AT_BIRTH}


def _put(properties: Json, name: str, value: object) -> None:
    if value is None:
        properties.pop(name, None)
    else:
        properties[name] = value


def _checked(resource: Mapping[str, object], names: frozenset[str]) -> Json:
    values: Json = {}
    for name in names & resource.keys():
        value = resource[name]
        wanted = bool if name in HOLDS else str
        if value is not None and not isinstance(value, wanted):
            raise invalid(f"Invalid value for {name}: {value!r}")
        values[name] = value
    return values


def _merged(known: Mapping[str, str], change: object) -> dict[str, str]:
    if change is not None and not isinstance(change, dict):
        raise invalid(f"Invalid value for metadata: {change!r}")
    merged = dict(known)
    for key, value in (change or {}).items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, str):
            merged[key] = value
        else:
            raise invalid(f"Invalid value for metadata.{key}: {value!r}")
    _check_size(merged)
    return merged


def _check_size(metadata: Mapping[str, str]) -> None:
    size = sum(len(k.encode()) + len(v.encode()) for k, v in metadata.items())
    if size > MAX_METADATA_BYTES:
        raise invalid(
            f"Custom metadata has {size} bytes; {MAX_METADATA_BYTES} are allowed.", "metadata"
        )
