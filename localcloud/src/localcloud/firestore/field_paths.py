"""Field paths (``a.b.`c-d```): parse them, and read, set and remove what they point at.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#document
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from localcloud.errors import invalid_argument
from localcloud.firestore.messages import Document, DocumentPb, FieldsPb, ValuePb

FieldPath = tuple[str, ...]

NAME: FieldPath = ("__name__",)

_UNQUOTED = r"[a-zA-Z_][a-zA-Z_0-9]*"
_QUOTED = r"`(?:[^`\\]|(?:\\.))+`"
_SEGMENT = re.compile(f"{_UNQUOTED}|{_QUOTED}")
_PATH = re.compile(rf"(?:{_SEGMENT.pattern})(?:\.(?:{_SEGMENT.pattern}))*")
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_RESERVED = re.compile(r"__.*__", re.DOTALL)


@lru_cache(maxsize=8192)
def parse_path(text: str) -> FieldPath:
    """Return the segments; raises INVALID_ARGUMENT where the text is no field path."""
    if not text:
        raise invalid_argument("Invalid empty property path string.")
    if not _PATH.fullmatch(text):
        raise invalid_argument(
            f'Invalid property path "{text}". Unquoted property paths must match regex '
            f"({_UNQUOTED}), and quoted property paths must match regex ({_QUOTED})"
        )
    path = tuple(_unquoted(segment) for segment in _SEGMENT.findall(text))
    for segment in path if path != NAME else ():
        if _RESERVED.fullmatch(segment):
            raise invalid_argument(f"Invalid reserved name in field path {segment}")
    return path


def format_path(path: FieldPath) -> str:
    """Return the text that ``parse_path`` would take."""
    plain = re.compile(_UNQUOTED)
    return ".".join(
        segment if plain.fullmatch(segment) else "`" + re.sub(r"([`\\])", r"\\\1", segment) + "`"
        for segment in path
    )


def read(fields: FieldsPb, path: FieldPath) -> ValuePb | None:
    """Return the value at the path, or None where there is none."""
    for segment in path[:-1]:
        if segment not in fields or fields[segment].WhichOneof("value_type") != "map_value":
            return None
        fields = fields[segment].map_value.fields
    return fields.get(path[-1])


def put(fields: FieldsPb, path: FieldPath, value: ValuePb) -> None:
    """Set the value at the path; what is on the way and no map is replaced by one."""
    for segment in path[:-1]:
        if fields[segment].WhichOneof("value_type") != "map_value":
            fields[segment].map_value.SetInParent()
        fields = fields[segment].map_value.fields
    fields[path[-1]].CopyFrom(value)


def remove(fields: FieldsPb, path: FieldPath) -> None:
    """Remove what is at the path, if anything."""
    for segment in path[:-1]:
        if segment not in fields or fields[segment].WhichOneof("value_type") != "map_value":
            return
        fields = fields[segment].map_value.fields
    fields.pop(path[-1], None)


def project(document: DocumentPb, paths: Iterable[FieldPath]) -> DocumentPb:
    """Return a copy of the document with these fields only."""
    projected = Document(name=document.name)
    if document.HasField("create_time"):
        projected.create_time.CopyFrom(document.create_time)
        projected.update_time.CopyFrom(document.update_time)
    for path in paths:
        value = read(document.fields, path) if path != NAME else None
        if value is not None:
            put(projected.fields, path, value)
    return projected


def _unquoted(segment: str) -> str:
    return _ESCAPED.sub(r"\1", segment[1:-1]) if segment.startswith("`") else segment
