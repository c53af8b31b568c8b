"""Callback endpoints: open while their execution runs, waited on by its steps.

https://cloud.google.com/workflows/docs/creating-callback-endpoints
"""

import asyncio
import json
import sqlite3
import uuid
from dataclasses import dataclass
from typing import Any

from localcloud.errors import RpcError, not_found

SCHEMA = """
CREATE TABLE IF NOT EXISTS callbacks (
    execution TEXT NOT NULL, callback TEXT NOT NULL, method TEXT NOT NULL,
    PRIMARY KEY (execution, callback)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS callback_calls (
    call INTEGER PRIMARY KEY AUTOINCREMENT, callback TEXT NOT NULL, event TEXT NOT NULL);
CREATE INDEX IF NOT EXISTS calls_of_callback ON callback_calls (callback);
"""


@dataclass(frozen=True, slots=True)
class Callback:
    """An endpoint: its id, the method it takes, what arrived unread, how many steps wait."""

    id: str
    method: str
    payloads: tuple[str, ...]
    waiters: int


class Callbacks:
    """The open endpoints of all executions."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        self._waiters: dict[str, list[asyncio.Future[None]]] = {}
        self._claimed: set[int] = set()

    def open(self, execution: str, method: str) -> str:
        """Return the id of a new endpoint."""
        callback = str(uuid.uuid4())
        self._database.execute(
            "INSERT INTO callbacks VALUES (?, ?, ?)", (execution, callback, method.upper())
        )
        return callback

    def close(self, execution: str) -> None:
        """Remove every endpoint of an execution that has ended."""
        self._database.execute(
            "DELETE FROM callback_calls WHERE callback IN"
            " (SELECT callback FROM callbacks WHERE execution = ?)",
            (execution,),
        )
        self._database.execute("DELETE FROM callbacks WHERE execution = ?", (execution,))

    def call(self, execution: str, callback: str, method: str, event: dict[str, Any]) -> None:
        """Note a call.  Raises NOT_FOUND for another method or an endpoint that is not open."""
        found = self._database.execute(
            "SELECT method FROM callbacks WHERE execution = ? AND callback = ?",
            (execution, callback),
        ).fetchone()
        if found is None or found[0] != method:
            raise _not_open(callback)
        self._database.execute(
            "INSERT INTO callback_calls (callback, event) VALUES (?, ?)",
            (callback, json.dumps(event)),
        )
        for waiter in self._waiters.get(callback, ()):
            if not waiter.done():
                waiter.set_result(None)
                break

    async def arrival(self, callback: str) -> tuple[int, dict[str, Any]]:
        """Return the next unread call and what it carried, as soon as there is one.

        The call is claimed by whoever gets it, and forgotten by ``take``.
        """
        while True:
            call = self._next(callback)
            if call is not None:
                self._claimed.add(call[0])
                return call
            waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            waiters = self._waiters.setdefault(callback, [])
            waiters.append(waiter)
            try:
                await waiter
            finally:
                waiters.remove(waiter)
                if not waiters:
                    self._waiters.pop(callback, None)

    def take(self, call: int) -> None:
        """Forget a call: its arrival is in the journal."""
        self._claimed.discard(call)
        self._database.execute("DELETE FROM callback_calls WHERE call = ?", (call,))

    def exists(self, execution: str, callback: str) -> bool:
        found = self._database.execute(
            "SELECT 1 FROM callbacks WHERE execution = ? AND callback = ?", (execution, callback)
        )
        return found.fetchone() is not None

    def list(self, execution: str) -> list[Callback]:
        """Return the open endpoints of an execution."""
        rows = self._database.execute(
            "SELECT callback, method FROM callbacks WHERE execution = ? ORDER BY callback",
            (execution,),
        )
        return [Callback(cb, m, self._unread(cb), len(self._waiters.get(cb, ()))) for cb, m in rows]

    def _next(self, callback: str) -> tuple[int, dict[str, Any]] | None:
        rows = self._database.execute(
            "SELECT call, event FROM callback_calls WHERE callback = ? ORDER BY call", (callback,)
        ).fetchall()
        unclaimed = ((call, event) for call, event in rows if call not in self._claimed)
        found = next(unclaimed, None)
        return None if found is None else (found[0], json.loads(found[1]))

    def _unread(self, callback: str) -> tuple[str, ...]:
        rows = self._database.execute(
            "SELECT event FROM callback_calls WHERE callback = ? ORDER BY call", (callback,)
        )
        return tuple(event for (event,) in rows)


def _not_open(callback: str) -> RpcError:
    return not_found(f"Callback '{callback}' does not exist or is not open.")
