"""The history of steps of an execution: what ran, when, under which step, how it ended.

Entry ids are counted from 1 in the order in which the steps begin, which a replay
repeats, so an entry keeps its id and its times when an execution is continued.

https://cloud.google.com/workflows/docs/debug-steps
"""

import json
import sqlite3
from dataclasses import dataclass, field

from localcloud.clock import Clock
from localcloud.workflows.effects import StepEnded, StepStarted
from localcloud.workflows.engine_branches import Path
from localcloud.workflows.journal import path_text

SCHEMA = """
CREATE TABLE IF NOT EXISTS steps (
    execution TEXT NOT NULL, entry INTEGER NOT NULL, parent INTEGER NOT NULL,
    thread TEXT NOT NULL, routine TEXT NOT NULL, step TEXT NOT NULL, kind TEXT NOT NULL,
    state TEXT NOT NULL, exception TEXT, created REAL NOT NULL, updated REAL NOT NULL,
    PRIMARY KEY (execution, entry)) WITHOUT ROWID;
"""

IN_PROGRESS, SUCCEEDED = "STATE_IN_PROGRESS", "STATE_SUCCEEDED"
FAILED, CANCELLED = "STATE_FAILED", "STATE_CANCELLED"


@dataclass(slots=True)
class Entry:
    """One step that was begun; ``parent`` is the entry that it runs inside of, or 0."""

    entry: int
    parent: int
    thread: str
    routine: str
    step: str
    kind: str
    state: str
    exception: str | None
    created: float
    updated: float

    def row(self, execution: str) -> tuple[object, ...]:
        return (
            *(execution, self.entry, self.parent, self.thread, self.routine, self.step),
            *(self.kind, self.state, self.exception, self.created, self.updated),
        )


@dataclass(slots=True)
class StepHistory:
    """Notes the steps of one execution."""

    database: sqlite3.Connection
    execution: str
    clock: Clock
    current: StepStarted | None = None
    _count: int = 0
    _open: dict[Path, list[Entry]] = field(default_factory=dict)
    _changed: dict[int, Entry] = field(default_factory=dict)
    _stored: dict[int, Entry] = field(default_factory=dict)

    def load(self) -> None:
        """Read what an earlier process noted; steps found there are not noted again."""
        self._stored = {entry.entry: entry for entry in stored(self.database, self.execution)}

    def replayed(self) -> None:
        """Forget what was loaded: the replay is over."""
        self._stored = {}

    def started(self, path: Path, effect: StepStarted) -> None:
        self.current = effect
        self._count += 1
        entry = self._stored.get(self._count)
        if entry is None:
            now = self.clock.time()
            entry = Entry(
                entry=self._count,
                parent=self._parent(path),
                thread=path_text(path),
                routine=effect.routine,
                step=effect.step,
                kind=effect.kind,
                state=IN_PROGRESS,
                exception=None,
                created=now,
                updated=now,
            )
            self._changed[entry.entry] = entry
        self._open.setdefault(path, []).append(entry)

    def ended(self, path: Path, effect: StepEnded) -> Entry | None:
        """Return the entry that has ended; None where it had done so before a restart."""
        entries = self._open[path]
        entry = entries.pop()
        if not entries:
            del self._open[path]
        if entry.state != IN_PROGRESS:
            return None
        self._close(entry, FAILED if effect.error else SUCCEEDED)
        if effect.error is not None:
            entry.exception = json.dumps(effect.error.value, default=str)
        return entry

    def close_all(self, state: str) -> None:
        """End whatever is still open: the execution was cancelled or has failed."""
        for entries in self._open.values():
            for entry in entries:
                self._close(entry, state)
        self._open = {}

    def commit(self) -> None:
        """Write what was noted; to be called inside a transaction."""
        if self._changed:
            rows = (entry.row(self.execution) for entry in self._changed.values())
            self.database.executemany(
                "INSERT OR REPLACE INTO steps VALUES (?,?,?,?,?,?,?,?,?,?,?)", rows
            )
            self._changed = {}

    def _parent(self, path: Path) -> int:
        while True:
            if path in self._open:
                return self._open[path][-1].entry
            if not path:
                return 0
            path = path[:-1]

    def _close(self, entry: Entry, state: str) -> None:
        entry.state, entry.updated = state, self.clock.time()
        self._changed[entry.entry] = entry


def stored(database: sqlite3.Connection, execution: str) -> list[Entry]:
    """Return the entries of an execution in the order of their ids."""
    rows = database.execute(
        "SELECT entry, parent, thread, routine, step, kind, state, exception, created, updated"
        " FROM steps WHERE execution = ? ORDER BY entry",
        (execution,),
    )
    return [Entry(*row) for row in rows]
