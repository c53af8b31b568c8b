"""Lists of objects: by prefix, grouped by delimiter, page by page.

https://cloud.google.com/storage/docs/json_api/v1/objects/list
"""

import json
import sqlite3
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import dataclass, field

from localcloud.storage.errors import invalid
from localcloud.storage.globs import compile_glob
from localcloud.storage.objects import stored_object
from localcloud.storage.resources import StoredObject

MAX_RESULTS = 1000
_LAST_CODE_POINT = 0x10FFFF
_SURROGATES = range(0xD800, 0xE000)

# A place between two generations: after this name and generation.
Position = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects of a bucket are asked for."""

    bucket: str
    prefix: str = ""
    delimiter: str = ""
    start_offset: str = ""
    end_offset: str = ""
    match_glob: str = ""
    versions: bool = False
    trailing_delimiter: bool = False
    page_token: str = ""
    max_results: int = MAX_RESULTS


@dataclass(slots=True)
class Page:
    """Objects and common prefixes; ``next_page_token`` is empty on the last page."""

    items: list[StoredObject] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    next_page_token: str = ""

    def __len__(self) -> int:
        return len(self.items) + len(self.prefixes)


def list_objects(database: sqlite3.Connection, selection: Selection) -> Page:
    """Return a page in the order of the names' UTF-8 bytes."""
    page = Page()
    limit = min(selection.max_results or MAX_RESULTS, MAX_RESULTS)
    position = _start(selection)
    for stored, group in _entries(database, selection, position):
        if len(page) == limit:
            page.next_page_token = _token(position)
            break
        if stored is not None:
            page.items.append(stored)
            position = (stored.name, stored.generation)
        if group is not None:
            page.prefixes.append(group)
            position = (successor(group), -1)
    return page


def _entries(
    database: sqlite3.Connection, selection: Selection, position: Position
) -> Iterator[tuple[StoredObject | None, str | None]]:
    """Yield objects and groups; behind a group the search starts anew, so none is walked."""
    pattern = compile_glob(selection.match_glob) if selection.match_glob else None
    seek: Position | None = position
    while seek is not None:
        rows, seek = _rows(database, selection, seek), None
        for stored in rows:
            if pattern and not pattern.fullmatch(stored.name):
                continue
            group = _group(stored.name, selection)
            if group is None:
                yield stored, None
                continue
            whole = selection.trailing_delimiter and stored.name == group
            yield (stored if whole else None), group
            seek = (successor(group), -1)
            break


def _rows(
    database: sqlite3.Connection, selection: Selection, after: Position
) -> Iterator[StoredObject]:
    query = "SELECT * FROM object WHERE bucket = ? AND (name, generation) > (?, ?)"
    values: list[str | int] = [selection.bucket, *after]
    for bound in filter(None, (successor(selection.prefix), selection.end_offset)):
        query += " AND name < ?"
        values.append(bound)
    if not selection.versions:
        query += " AND deleted IS NULL"
    for row in database.execute(query + " ORDER BY name, generation", values):
        yield stored_object(row)


def _start(selection: Selection) -> Position:
    first = (max(selection.prefix, selection.start_offset, key=str.encode), -1)
    if not selection.page_token:
        return first
    try:
        name, generation = json.loads(urlsafe_b64decode(selection.page_token))
        return str(name), int(generation)
    except (ValueError, TypeError):
        raise invalid(f"Invalid page token: {selection.page_token}", "pageToken") from None


def _token(position: Position) -> str:
    return urlsafe_b64encode(json.dumps(position).encode()).decode()


def _group(name: str, selection: Selection) -> str | None:
    """Return the common prefix that stands for the object, where it has one."""
    if not selection.delimiter:
        return None
    end = name.find(selection.delimiter, len(selection.prefix))
    return None if end < 0 else name[: end + len(selection.delimiter)]


def successor(prefix: str) -> str:
    """Return the least text above all that begin with the prefix; empty where none is."""
    while prefix and ord(prefix[-1]) == _LAST_CODE_POINT:
        prefix = prefix[:-1]
    if not prefix:
        return ""
    following = ord(prefix[-1]) + 1
    if following in _SURROGATES:
        following = _SURROGATES.stop
    return prefix[:-1] + chr(following)
