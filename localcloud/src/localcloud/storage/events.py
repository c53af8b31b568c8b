"""The outbox: what happened to objects, kept in the transaction in which it happened.

https://cloud.google.com/storage/docs/pubsub-notifications#events
https://googleapis.github.io/google-cloudevents/ (google.events.cloud.storage.v1)
"""

import asyncio
import json
import sqlite3
from dataclasses import dataclass

from localcloud.storage.resources import Json, StoredObject, object_resource

TYPE_PREFIX = "google.cloud.storage.object.v1."


@dataclass(frozen=True, slots=True)
class ObjectEvent:
    """One change; ``payload`` is the object resource of the JSON API."""

    id: int
    type: str
    time: str
    bucket: str
    payload: Json


class Events:
    """Events that a reader has yet to take.

    ``changed`` is set when there are new ones.  The reader clears it, takes what is
    pending, then waits for it.
    """

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self.changed = asyncio.Event()

    def record(self, kind: str, time: str, stored: StoredObject) -> None:
        """Add an event to the current transaction."""
        self._database.execute(
            "INSERT INTO event (type, time, bucket, payload) VALUES (?, ?, ?, ?)",
            (TYPE_PREFIX + kind, time, stored.bucket, json.dumps(object_resource(stored))),
        )

    def announce(self) -> None:
        """Wake the reader: the transaction is committed."""
        self.changed.set()

    def pending(self, after: int = 0, limit: int = 100) -> list[ObjectEvent]:
        """Return the oldest events with an id above ``after``."""
        rows = self._database.execute(
            "SELECT id, type, time, bucket, payload FROM event WHERE id > ? ORDER BY id LIMIT ?",
            (after, limit),
        )
        return [
            ObjectEvent(id_, kind, time, bucket, json.loads(payload))
            for id_, kind, time, bucket, payload in rows
        ]

    def forget(self, event_id: int) -> None:
        """Remove an event that has been taken care of."""
        self._database.execute("DELETE FROM event WHERE id = ?", (event_id,))
