"""The journal of executions: every answer that a running workflow was given, in order.

An execution is continued after a restart by giving a new generator the same answers
in the same order.  Entries are buffered and committed before anything that follows
from them can be seen outside (``commit``), so an execution never goes on from an
answer that could be lost.
"""

import base64
import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from localcloud.workflows.effects import HttpResponse, Value, WorkflowError
from localcloud.workflows.engine_branches import Answer, Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS journal (
    execution TEXT NOT NULL, position INTEGER NOT NULL, branch TEXT NOT NULL,
    kind TEXT NOT NULL, value TEXT NOT NULL, body BLOB,
    PRIMARY KEY (execution, position));
CREATE TABLE IF NOT EXISTS timers (
    execution TEXT NOT NULL, branch TEXT NOT NULL, due REAL NOT NULL,
    PRIMARY KEY (execution, branch)) WITHOUT ROWID;
"""

_BYTES = "\u0000bytes"


@dataclass(slots=True)
class Record:
    """The journal of one execution."""

    database: sqlite3.Connection
    execution: str
    position: int = 0
    _entries: list[tuple[Any, ...]] = field(default_factory=list)
    _timers: list[tuple[str, str, float]] = field(default_factory=list)
    _answered: list[tuple[str, str]] = field(default_factory=list)

    def append(self, path: Path, answer: Answer) -> None:
        """Note an answer; the timer of its branch, if any, has done its duty."""
        branch = path_text(path)
        self._entries.append((self.execution, self.position, branch, *encoded(answer)))
        self._answered.append((self.execution, branch))
        self.position += 1

    def set_timer(self, path: Path, due: float) -> None:
        """Note until when (Unix seconds) the branch waits."""
        self._timers.append((self.execution, path_text(path), due))

    def commit(self) -> None:
        """Write what was noted; to be called inside a transaction."""
        if self._entries:
            self.database.executemany("INSERT INTO journal VALUES (?,?,?,?,?,?)", self._entries)
            self.database.executemany(
                "DELETE FROM timers WHERE execution = ? AND branch = ?", self._answered
            )
            self._entries, self._answered = [], []
        if self._timers:
            self.database.executemany("INSERT OR REPLACE INTO timers VALUES (?,?,?)", self._timers)
            self._timers = []

    def replay(self) -> Iterator[tuple[Path, Answer]]:
        """Return the recorded answers; the next ``append`` follows them."""
        rows = self.database.execute(
            "SELECT branch, kind, value, body FROM journal WHERE execution = ? ORDER BY position",
            (self.execution,),
        )
        for branch, kind, value, body in rows:
            self.position += 1
            yield text_path(branch), decoded(kind, value, body)

    def timers(self) -> dict[Path, float]:
        """Return until when each branch waits."""
        rows = self.database.execute(
            "SELECT branch, due FROM timers WHERE execution = ?", (self.execution,)
        )
        return {text_path(branch): due for branch, due in rows}

    def erase(self) -> None:
        """Forget everything: the execution has ended."""
        self._entries, self._timers, self._answered = [], [], []
        for table in ("journal", "timers"):
            self.database.execute(
                f"DELETE FROM {table} WHERE execution = ?",  # noqa: S608 -- one of two constants
                (self.execution,),
            )


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Commit what the block writes, or none of it."""
    database.execute("BEGIN")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")


def path_text(path: Path) -> str:
    return ".".join(map(str, path))


def text_path(text: str) -> Path:
    return tuple(map(int, text.split("."))) if text else ()


def encoded(answer: Answer) -> tuple[str, str, bytes | None]:
    """Return kind, JSON text and body of an answer."""
    if answer.error is not None:
        return "error", _to_json(answer.error.value), None
    if isinstance(answer.value, HttpResponse):
        head = {"code": answer.value.code, "headers": dict(answer.value.headers)}
        return "response", _to_json(head), answer.value.body
    return "value", _to_json(answer.value), None


def decoded(kind: str, text: str, body: bytes | None) -> Answer:
    """Return the answer that ``encoded`` took apart."""
    value = json.loads(text, object_hook=_restore_bytes)
    if kind == "error":
        return Answer(error=WorkflowError(value))
    if kind == "response":
        return Answer(HttpResponse(value["code"], value["headers"], body or b""))
    return Answer(value)


def _to_json(value: Value) -> str:
    return json.dumps(value, separators=(",", ":"), default=_keep_bytes)


def _keep_bytes(value: Any) -> dict[str, str]:
    return {_BYTES: base64.b64encode(value).decode()}


def _restore_bytes(value: dict[str, Any]) -> Any:
    return base64.b64decode(value[_BYTES]) if value.keys() == {_BYTES} else value
