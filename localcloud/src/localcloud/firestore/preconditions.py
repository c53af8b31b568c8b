"""Preconditions of a write.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#precondition
"""

from google.protobuf.timestamp_pb2 import Timestamp

from localcloud.errors import already_exists, failed_precondition, not_found
from localcloud.firestore.messages import DocumentPb, PreconditionPb


def check_precondition(precondition: PreconditionPb, name: str, current: DocumentPb | None) -> None:
    """Raise NOT_FOUND, ALREADY_EXISTS or FAILED_PRECONDITION unless the document is as said."""
    condition = precondition.WhichOneof("condition_type")
    if condition == "exists":
        _check_existence(name, current, expected=precondition.exists)
    elif condition == "update_time":
        _check_version(current, precondition.update_time)


def _check_existence(name: str, current: DocumentPb | None, *, expected: bool) -> None:
    if expected and current is None:
        raise not_found(f"No document to update: {name}")
    if not expected and current is not None:
        raise already_exists(f"Document already exists: {name}")


def _check_version(current: DocumentPb | None, required: Timestamp) -> None:
    stored = current.update_time if current is not None else Timestamp()
    if current is None or stored != required:
        raise failed_precondition(
            f"the stored version ({stored.ToMicroseconds()}) does not match "
            f"the required base version ({required.ToMicroseconds()})"
        )
