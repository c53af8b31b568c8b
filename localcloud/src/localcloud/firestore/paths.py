"""Resource names: what is a legal one, and how they are ordered.

https://cloud.google.com/firestore/quotas#limits
"""

import re
from functools import lru_cache

from localcloud.errors import invalid_argument

MAX_ID_BYTES = 1500
MAX_NAME_BYTES = 6 * 1024
MAX_DEPTH = 100

NameKey = tuple[tuple[int, int | bytes], ...]

_RESERVED = re.compile(r"__.*__", re.DOTALL)
_NUMERIC_ID = re.compile(r"__id(-?\d+)__")
_PREFIX = ("projects", None, "databases", None, "documents")


@lru_cache(maxsize=8192)
def check_document(name: str, what: str = "Document name") -> str:
    """Return the name; raises INVALID_ARGUMENT unless it names a document."""
    segments = _segments(name, what, _PREFIX)
    if len(segments) == len(_PREFIX):
        raise invalid_argument(
            f'{what} "{name}" is invalid: Omit "/documents" when referencing a database '
            "(except as the parent of a document)."
        )
    _check_path(name, segments[len(_PREFIX) :], what)
    return name


@lru_cache(maxsize=1024)
def check_parent(name: str) -> str:
    """Return the name; raises INVALID_ARGUMENT unless it is ``…/documents`` or a document."""
    segments = _segments(name, "Document parent name", _PREFIX)
    if len(segments) > len(_PREFIX):
        _check_path(name, segments[len(_PREFIX) :], "Document parent name")
    return name


def check_database(name: str) -> str:
    """Return the name; raises INVALID_ARGUMENT unless it is ``projects/*/databases/*``."""
    if len(_segments(name, "Database name", _PREFIX[:4])) > len(_PREFIX) - 1:
        raise invalid_argument(f'Database name "{name}" has extra path elements.')
    return name


def check_collection_id(collection_id: str) -> str:
    """Return the id; raises INVALID_ARGUMENT unless a collection may be called so."""
    if "/" in collection_id:
        raise invalid_argument(
            f'Collection id "{collection_id}" is invalid because it contains "/".'
        )
    if _RESERVED.fullmatch(collection_id):
        raise invalid_argument(
            f'Collection id "{collection_id}" is invalid because it is reserved.'
        )
    if len(collection_id.encode()) > MAX_ID_BYTES:
        raise invalid_argument("The key path element kind is longer than 1500 bytes.")
    return collection_id


def check_inside(name: str, database: str) -> None:
    """Raise INVALID_ARGUMENT unless the document belongs to the database of the request."""
    if not name.startswith(f"{database}/documents/"):
        raise invalid_argument(f'Document name "{name}" is not in the database "{database}".')


def parent_collection(name: str) -> str:
    """Return the path of the collection that the document is in."""
    return name.rpartition("/")[0]


def order_key(name: str) -> NameKey:
    """Return what names sort by: segment by segment, numeric ids (``__id7__``) first."""
    return tuple(_segment_key(segment) for segment in name.split("/"))


def _segment_key(segment: str) -> tuple[int, int | bytes]:
    numeric = _NUMERIC_ID.fullmatch(segment) if segment.startswith("__id") else None
    return (0, int(numeric[1])) if numeric else (1, segment.encode())


def _segments(name: str, what: str, prefix: tuple[str | None, ...]) -> list[str]:
    segments = name.split("/")
    index = 0
    for position, literal in enumerate(prefix):
        if position >= len(segments):
            raise invalid_argument(f'{what} "{name}" lacks "/" at index {len(name)}.')
        if literal is not None and segments[position] != literal:
            raise invalid_argument(f'{what} "{name}" lacks "{literal}" at index {index}.')
        if not segments[position]:
            raise invalid_argument(f'{what} "{name}" has an empty resource id at index {index}.')
        index += len(segments[position]) + 1
    return segments


def _check_path(name: str, path: list[str], what: str) -> None:
    if not path[-1]:
        raise invalid_argument(f'{what} "{name}" has invalid trailing "/".')
    if len(path) % 2:
        raise invalid_argument(f'{what} "{name}" lacks "/" at index {len(name)}.')
    if len(path) > 2 * MAX_DEPTH:
        raise invalid_argument("Key path is too long. Cannot exceed 100 elements.")
    if len(name.encode()) > MAX_NAME_BYTES:
        raise invalid_argument(f"{what} is longer than {MAX_NAME_BYTES} bytes.")
    index = len(name) - len("/".join(path))
    for position, segment in enumerate(path):
        if position % 2:
            _check_document_id(segment)
        if segment in ("", ".", ".."):
            raise invalid_argument(
                f'{what} "{name}" contains a resource id "{segment}" at index {index}.'
            )
        if not position % 2:
            check_collection_id(segment)
        index += len(segment) + 1


def _check_document_id(document_id: str) -> None:
    if _RESERVED.fullmatch(document_id) and not _NUMERIC_ID.fullmatch(document_id):
        raise invalid_argument(f'Resource id "{document_id}" is invalid because it is reserved.')
    if len(document_id.encode()) > MAX_ID_BYTES:
        raise invalid_argument("The key path element name is longer than 1500 bytes.")
