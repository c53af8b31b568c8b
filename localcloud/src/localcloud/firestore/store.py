"""The documents of all databases: in memory, each commit written through to SQLite."""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from localcloud.clock import Clock
from localcloud.database import open_database
from localcloud.errors import failed_precondition, invalid_argument
from localcloud.firestore.documents import Entry, Index, Snapshot
from localcloud.firestore.messages import Document, DocumentPb

_SCHEMA = """
CREATE TABLE IF NOT EXISTS document (
    name TEXT PRIMARY KEY,
    data BLOB NOT NULL
) WITHOUT ROWID;
"""
_MICROS = 1_000_000


@dataclass(frozen=True, slots=True)
class Change:
    """What one commit changed: the new version of each document, None where it is deleted."""

    entries: Mapping[str, Entry | None]
    at: Timestamp


class Store:
    """Holds documents; tells subscribers of every commit.

    One event loop uses it, so that whatever does not await is atomic.
    """

    def __init__(self, database_path: Path, clock: Clock) -> None:
        self.clock = clock
        self.index = Index()
        self._database = open_database(database_path, _SCHEMA)
        self.changed_us = 0
        self._last_us = 0
        self._subscribers: set[asyncio.Queue[Any]] = set()
        self._snapshots: set[Snapshot] = set()
        for (data,) in self._database.execute("SELECT data FROM document"):
            self._load(Document.FromString(data))

    def tick(self) -> Timestamp:
        """Return a time later than any given before, in microseconds as Firestore's are."""
        self._last_us = max(self.clock.time_ns() // 1000, self._last_us + 1)
        seconds, micros = divmod(self._last_us, _MICROS)
        return Timestamp(seconds=seconds, nanos=micros * 1000)

    def check_read_time(self, read_time: Timestamp) -> None:
        """Raise FAILED_PRECONDITION unless the documents were then as they are now.

        No history is kept: the only past that can be read is the one since the last commit.
        """
        asked_us = read_time.ToMicroseconds()
        if asked_us < self.changed_us:
            raise failed_precondition("The requested 'read_time' is too old.")
        if asked_us > self.tick().ToMicroseconds():
            raise invalid_argument("The requested 'read_time' cannot be in the future.")

    def commit(self, documents: Mapping[str, DocumentPb | None], at: Timestamp) -> None:
        """Make the documents durable, then visible, then tell the subscribers."""
        before = {name: self.index.get(name) for name in documents}
        changed = {
            name: document
            for name, document in documents.items()
            if document is not None or before[name] is not None
        }
        if changed:
            self.changed_us = at.ToMicroseconds()
            self._write(changed)
            self._show(changed, before, at)

    @contextmanager
    def subscription(self, queue: asyncio.Queue[Any]) -> Iterator[None]:
        """Put every Change into the queue while inside."""
        self._subscribers.add(queue)
        try:
            yield
        finally:
            self._subscribers.discard(queue)

    def open_snapshot(self) -> Snapshot:
        """Return the documents as they are now; must be closed."""
        snapshot = Snapshot(self.index)
        self._snapshots.add(snapshot)
        return snapshot

    def close_snapshot(self, snapshot: Snapshot) -> None:
        self._snapshots.discard(snapshot)

    def clear(self, prefix: str = "") -> None:
        """Delete all documents whose names start so."""
        names = [entry.name for entry in self.index if entry.name.startswith(prefix)]
        self.commit(dict.fromkeys(names), self.tick())

    def close(self) -> None:
        self._database.close()

    def _load(self, document: DocumentPb) -> None:
        # A clock that was moved forward before the restart must not run behind the documents.
        updated = document.update_time
        self._last_us = self.changed_us = max(self._last_us, updated.ToMicroseconds())
        self.index.put(Entry(document))

    def _write(self, documents: Mapping[str, DocumentPb | None]) -> None:
        puts = [(n, d.SerializeToString()) for n, d in documents.items() if d is not None]
        deletes = [(name,) for name, document in documents.items() if document is None]
        self._database.execute("BEGIN")
        with self._database:
            self._database.executemany("DELETE FROM document WHERE name = ?", deletes)
            self._database.executemany("INSERT OR REPLACE INTO document VALUES (?, ?)", puts)

    def _show(
        self,
        documents: Mapping[str, DocumentPb | None],
        before: Mapping[str, Entry | None],
        at: Timestamp,
    ) -> None:
        for snapshot in self._snapshots:
            snapshot.remember({name: before[name] for name in documents})
        entries = {n: None if d is None else Entry(d) for n, d in documents.items()}
        for name, entry in entries.items():
            if entry is None:
                self.index.remove(name)
            else:
                self.index.put(entry)
        for queue in self._subscribers:
            queue.put_nowait(Change(entries, at))
