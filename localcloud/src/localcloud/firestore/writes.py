"""Writes: from the message to the new version of a document.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#write
"""

from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from localcloud.errors import invalid_argument
from localcloud.firestore.field_paths import NAME, FieldPath, parse_path, put, read, remove
from localcloud.firestore.limits import check_fields, check_size
from localcloud.firestore.messages import (
    Document,
    DocumentPb,
    FieldsPb,
    PreconditionPb,
    ValuePb,
    WritePb,
)
from localcloud.firestore.paths import check_document, check_inside
from localcloud.firestore.preconditions import check_precondition
from localcloud.firestore.transforms import Transform, apply_transforms, parse_transforms


@dataclass(frozen=True, slots=True)
class ParsedWrite:
    """A write that has passed every check that needs no document.

    ``fields`` is None for a delete; ``mask`` is None where the write replaces the document.
    """

    name: str
    fields: FieldsPb | None
    mask: tuple[FieldPath, ...] | None
    transforms: tuple[Transform, ...]
    precondition: PreconditionPb


@dataclass(frozen=True, slots=True)
class Outcome:
    """The new version of the document (None: deleted) and the results of the transforms."""

    document: DocumentPb | None
    transform_results: list[ValuePb]


def parse_writes(writes: Iterable[WritePb], database: str) -> list[ParsedWrite]:
    """Return the writes; raises INVALID_ARGUMENT where one could never be applied."""
    parsed = [parse_write(write) for write in writes]
    for write in parsed:
        check_inside(write.name, database)
    return parsed


def parse_write(write: WritePb) -> ParsedWrite:
    match write.WhichOneof("operation"):
        case "update":
            return _parse_update(write)
        case "delete":
            name = check_document(write.delete)
            return ParsedWrite(name, None, None, (), write.current_document)
        case "transform":
            return _parse_transform(write)
        case _:
            raise invalid_argument("empty write operation")


def apply_write(write: ParsedWrite, current: DocumentPb | None, at: Timestamp) -> Outcome:
    """Return what becomes of the document; raises where its precondition does not hold."""
    check_precondition(write.precondition, write.name, current)
    if write.fields is None:
        return Outcome(None, [])
    document = _updated(write, current)
    results = apply_transforms(document.fields, write.transforms, at)
    check_size(document)
    if current is not None and _same_fields(current, document):
        # A write that changes nothing leaves the update time as it is.
        return Outcome(current, results)
    document.create_time.CopyFrom(current.create_time if current is not None else at)
    document.update_time.CopyFrom(at)
    return Outcome(document, results)


def _parse_update(write: WritePb) -> ParsedWrite:
    name = check_document(write.update.name)
    check_fields(write.update.fields)
    mask = None
    if write.HasField("update_mask"):
        mask = tuple(parse_path(path) for path in write.update_mask.field_paths)
    transforms = parse_transforms(write.update_transforms)
    return ParsedWrite(name, write.update.fields, mask, transforms, write.current_document)


def _parse_transform(write: WritePb) -> ParsedWrite:
    name = check_document(write.transform.document)
    transforms = parse_transforms(write.transform.field_transforms)
    if not transforms:
        raise invalid_argument("The list of FieldTransform must not be empty.")
    return ParsedWrite(name, Document().fields, (), transforms, write.current_document)


def _updated(write: ParsedWrite, current: DocumentPb | None) -> DocumentPb:
    if write.mask is None or current is None:
        document = Document(name=write.name)
    else:
        document = Document(name=write.name, fields=current.fields)
    if write.mask is None:
        document.fields.MergeFrom(write.fields)
        return document
    for path in write.mask:
        value = read(write.fields, path) if path != NAME else None
        if value is not None:
            put(document.fields, path, value)
        elif path != NAME:
            remove(document.fields, path)
    return document


def _same_fields(one: DocumentPb, other: DocumentPb) -> bool:
    """Whether both are equal as bytes: 1 and 1.0 differ here, and NaN equals itself."""
    return _encoded_fields(one) == _encoded_fields(other)


def _encoded_fields(document: DocumentPb) -> bytes:
    encoded: bytes = Document(fields=document.fields).SerializeToString(deterministic=True)
    return encoded
