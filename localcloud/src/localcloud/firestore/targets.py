"""What a listener watches: some documents by name, or the results of a query.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#target
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from localcloud.errors import invalid_argument
from localcloud.firestore.documents import Documents, Entry
from localcloud.firestore.messages import RequestPb
from localcloud.firestore.paths import check_document
from localcloud.firestore.queries import Query, parse_query, run_query

Found = dict[str, Entry]


class Watched(Protocol):
    """What a target asks for."""

    def find(self, documents: Documents) -> Found:
        """Return what is to be seen now."""

    def refresh(self, found: Found, names: Iterable[str], documents: Documents) -> Found:
        """Return what is to be seen after the documents of these names have changed."""


@dataclass(frozen=True, slots=True)
class NamedDocuments:
    """Documents by name."""

    names: tuple[str, ...]

    def find(self, documents: Documents) -> Found:
        entries = ((name, documents.get(name)) for name in self.names)
        return {name: entry for name, entry in entries if entry is not None}

    def refresh(self, found: Found, names: Iterable[str], documents: Documents) -> Found:
        return found if set(self.names).isdisjoint(names) else self.find(documents)


@dataclass(frozen=True, slots=True)
class QueryResults:
    """The results of a query; without a limit each document is judged by itself."""

    query: Query

    def find(self, documents: Documents) -> Found:
        return {entry.name: entry for entry in run_query(self.query, documents).entries}

    def refresh(self, found: Found, names: Iterable[str], documents: Documents) -> Found:
        covered = [name for name in names if self.query.covers(name)]
        if not covered:
            return found
        if self.query.limit is not None or self.query.offset:
            return self.find(documents)
        refreshed = dict(found)
        for name in covered:
            entry = documents.get(name)
            if entry is not None and self.query.row_of(entry) is not None:
                refreshed[name] = entry
            else:
                refreshed.pop(name, None)
        return refreshed


def parse_target(message: RequestPb) -> Watched:
    """Return what the Target watches; raises INVALID_ARGUMENT where it makes no sense."""
    match message.WhichOneof("target_type"):
        case "documents":
            names = tuple(check_document(name) for name in message.documents.documents)
            return NamedDocuments(names)
        case "query":
            return QueryResults(parse_query(message.query.parent, message.query.structured_query))
        case _:
            raise invalid_argument("A target needs documents or a query.")
