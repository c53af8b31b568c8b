"""Objects and their generations: what may change them, and how.

https://cloud.google.com/storage/docs/object-versioning
https://cloud.google.com/storage/docs/consistency
"""

import json
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from localcloud.clock import Clock
from localcloud.storage.blobs import Blob, Blobs
from localcloud.storage.buckets import Buckets
from localcloud.storage.drafts import Draft
from localcloud.storage.errors import forbidden, no_object
from localcloud.storage.events import Events
from localcloud.storage.preconditions import ALWAYS, Preconditions
from localcloud.storage.resources import Json, StoredObject, timestamp
from localcloud.storage.tables import transaction

_HOLDS = {"temporaryHold": "Temporary", "eventBasedHold": "Event-based"}


class Objects:
    """Every generation of every object."""

    def __init__(
        self,
        database: sqlite3.Connection,
        clock: Clock,
        blobs: Blobs,
        buckets: Buckets,
        events: Events,
    ) -> None:
        self._database = database
        self._clock = clock
        self._blobs = blobs
        self._buckets = buckets
        self._events = events
        row = database.execute("SELECT max(generation) FROM object").fetchone()
        self._last_generation: int = row[0] or 0

    def find(self, bucket: str, name: str, generation: int | None = None) -> StoredObject | None:
        """Return the live object, or the generation that is asked for."""
        query = "SELECT * FROM object WHERE bucket = ? AND name = ? AND "
        condition = "deleted IS NULL" if generation is None else "generation = ?"
        values = (bucket, name) if generation is None else (bucket, name, generation)
        row = self._database.execute(query + condition, values).fetchone()
        return stored_object(row) if row else None

    def get(
        self,
        bucket: str,
        name: str,
        generation: int | None = None,
        preconditions: Preconditions = ALWAYS,
    ) -> StoredObject:
        """Return an object to read.  Raises StorageError (404, 304, 412)."""
        stored = self._existing(bucket, name, generation)
        preconditions.check(stored.generation, stored.metageneration, reading=True)
        return stored

    def insert(
        self,
        draft: Draft,
        blob: Blob,
        also: Callable[[StoredObject], None] = lambda _: None,
    ) -> StoredObject:
        """Return the new live generation; ``also`` runs in the same transaction.

        Raises StorageError and drops the blob.
        """
        try:
            draft.expected.check(blob.crc32c, blob.md5)
            with transaction(self._database):
                stored, replaced = self._insert(draft, blob)
                also(stored)
        except BaseException:
            self._release(blob.key)
            raise
        if replaced is not None:
            self._release(replaced)
        self._events.announce()
        return stored

    def patch(
        self,
        key: tuple[str, str, int | None],
        preconditions: Preconditions,
        change: Callable[[Json], Json],
    ) -> StoredObject:
        """Return the object with other properties and the next metageneration."""
        with transaction(self._database):
            stored = self._existing(*key)
            preconditions.check(stored.generation, stored.metageneration)
            time = timestamp(self._clock.now())
            changed = replace(
                stored,
                properties=change(stored.properties),
                metageneration=stored.metageneration + 1,
                updated=time,
            )
            self._save(changed)
            self._events.record("metadataUpdated", time, changed)
        self._events.announce()
        return changed

    def delete(
        self,
        bucket: str,
        name: str,
        generation: int | None = None,
        preconditions: Preconditions = ALWAYS,
    ) -> None:
        """Remove a generation for good, or archive the live one of a versioned bucket."""
        with transaction(self._database):
            stored = self._existing(bucket, name, generation)
            preconditions.check(stored.generation, stored.metageneration)
            dropped = self._retire(stored) if generation is None else self._remove(stored)
        if dropped is not None:
            self._release(dropped)
        self._events.announce()

    def check(self, draft: Draft) -> None:
        """Raise StorageError where the draft could not be inserted now."""
        self._buckets.get(draft.bucket)
        self._check_replaceable(draft, self.find(draft.bucket, draft.name))

    def _existing(self, bucket: str, name: str, generation: int | None) -> StoredObject:
        stored = self.find(bucket, name, generation)
        if stored is None:
            self._buckets.get(bucket)
            raise no_object(bucket, name)
        return stored

    def _insert(self, draft: Draft, blob: Blob) -> tuple[StoredObject, str | None]:
        bucket = self._buckets.get(draft.bucket)
        old = self.find(draft.bucket, draft.name)
        self._check_replaceable(draft, old)
        replaced = self._retire(old) if old else None
        stored = self._new(draft, blob, bucket.object_defaults)
        self._save(stored)
        self._events.record("finalized", stored.created, stored)
        return stored, replaced

    def _check_replaceable(self, draft: Draft, old: StoredObject | None) -> None:
        draft.preconditions.check(old.generation if old else 0, old.metageneration if old else 0)
        if old:
            _check_holds(old)

    def _new(self, draft: Draft, blob: Blob, defaults: Json) -> StoredObject:
        time = timestamp(self._clock.now())
        return StoredObject(
            bucket=draft.bucket,
            name=draft.name,
            generation=self._next_generation(),
            metageneration=1,
            blob=blob.key,
            size=blob.size,
            crc32c=blob.crc32c,
            md5=blob.md5,
            components=blob.components,
            created=time,
            updated=time,
            deleted=None,
            properties=defaults | draft.properties,
        )

    def _next_generation(self) -> int:
        """Return microseconds since the epoch, always more than before."""
        self._last_generation = max(self._clock.time_ns() // 1000, self._last_generation + 1)
        return self._last_generation

    def _retire(self, stored: StoredObject) -> str | None:
        """Archive or remove the live generation; return the blob that may be free now."""
        if not self._buckets.get(stored.bucket).versioned:
            return self._remove(stored)
        _check_holds(stored)
        time = timestamp(self._clock.now())
        archived = replace(stored, deleted=time, updated=time)
        self._save(archived)
        self._events.record("archived", time, archived)
        return None

    def _remove(self, stored: StoredObject) -> str:
        _check_holds(stored)
        time = timestamp(self._clock.now())
        self._database.execute(
            "DELETE FROM object WHERE bucket = ? AND name = ? AND generation = ?",
            (stored.bucket, stored.name, stored.generation),
        )
        self._events.record("deleted", time, replace(stored, deleted=stored.deleted or time))
        return stored.blob

    def _release(self, blob: str) -> None:
        """Drop a blob that no object has any more: copies share theirs."""
        query = "SELECT 1 FROM object WHERE blob = ? LIMIT 1"
        if self._database.execute(query, (blob,)).fetchone() is None:
            self._blobs.drop(blob)

    def _save(self, stored: StoredObject) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                stored.bucket,
                stored.name,
                stored.generation,
                stored.metageneration,
                stored.blob,
                stored.size,
                stored.crc32c,
                stored.md5,
                stored.components,
                stored.created,
                stored.updated,
                stored.deleted,
                json.dumps(stored.properties),
            ),
        )


def stored_object(row: tuple[Any, ...]) -> StoredObject:
    """Return the object that a row of the table holds."""
    return replace(StoredObject(*row), properties=json.loads(row[-1]))


def _check_holds(stored: StoredObject) -> None:
    for hold, title in _HOLDS.items():
        if stored.properties.get(hold):
            raise forbidden(
                f"Object '{stored.bucket}/{stored.name}' is under active {title} hold and cannot "
                "be deleted, overwritten or archived until hold is removed."
            )
