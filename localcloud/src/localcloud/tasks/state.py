"""Queues, tasks and the names that may not be used again yet, in one SQLite file.

A task that is being delivered stays in the table until it was answered, so that a
killed process delivers it again: at least once, as Cloud Tasks promises.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from localcloud.database import open_database
from localcloud.errors import RpcError, already_exists, failed_precondition, not_found
from localcloud.tasks.messages import Queue, QueueMessage, Task, TaskMessage, micros_of

# https://cloud.google.com/tasks/docs/reference/rpc/google.cloud.tasks.v2 (CreateTaskRequest.task)
TASK_NAME_KEPT_S = 24 * 3600
# The same page, DeleteQueue.
QUEUE_NAME_KEPT_S = 3 * 24 * 3600

_SCHEMA = """
CREATE TABLE IF NOT EXISTS queues (name TEXT PRIMARY KEY, message BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS tasks (
    name TEXT PRIMARY KEY,
    queue TEXT NOT NULL,
    due_us INTEGER NOT NULL,
    running INTEGER NOT NULL DEFAULT 0,
    execution_count INTEGER NOT NULL DEFAULT 0,
    previous_response INTEGER,
    message BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS tasks_due ON tasks (queue, running, due_us);
CREATE TABLE IF NOT EXISTS tombstones (name TEXT PRIMARY KEY, until REAL NOT NULL);
CREATE INDEX IF NOT EXISTS tombstones_until ON tombstones (until);
UPDATE tasks SET running = 0 WHERE running > 0;
"""

_NO_QUEUE = (
    "Queue does not exist. If you just created the queue, "
    "wait at least a minute for the queue to initialize."
)
_GONE = (
    "The task no longer exists, though a task with this name existed recently. "
    "The task either successfully completed or was deleted."
)


@dataclass(frozen=True, slots=True)
class StoredTask:
    """A task and what is known of its attempts beside the message."""

    message: TaskMessage
    execution_count: int
    previous_response: int | None


class TaskState:
    """The rules of names and the rows; times are Unix seconds, or microseconds where named so."""

    def __init__(self, path: Path) -> None:
        self._database = open_database(path, _SCHEMA)
        rows = self._database.execute("SELECT message FROM queues ORDER BY name")
        # Queues are few and read at every dispatch: kept parsed, written through.
        self._queues = {q.name: q for q in (Queue.FromString(message) for (message,) in rows)}

    def close(self) -> None:
        self._database.close()

    # Queues

    def queues(self) -> list[QueueMessage]:
        return sorted(self._queues.values(), key=lambda queue: str(queue.name))

    def has_queue(self, name: str) -> bool:
        return name in self._queues

    def queue(self, name: str) -> QueueMessage:
        """Return the queue.  Raises RpcError where there is none."""
        if name not in self._queues:
            raise not_found(_NO_QUEUE)
        return self._queues[name]

    def add_queue(self, queue: QueueMessage, now: float) -> None:
        """Add a queue.  Raises RpcError where its name is, or recently was, in use."""
        if queue.name in self._queues:
            raise already_exists("Queue already exists")
        if self._is_buried(queue.name, now):
            raise failed_precondition(
                "The queue cannot be created because a queue with this name existed too recently."
            )
        self.save_queue(queue)

    def save_queue(self, queue: QueueMessage) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO queues VALUES (?, ?)", (queue.name, queue.SerializeToString())
        )
        self._queues[queue.name] = queue

    def delete_queue(self, name: str, now: float) -> None:
        """Delete a queue with its tasks; the name stays taken for a while."""
        if name not in self._queues:
            raise not_found("Requested entity was not found.")
        with self._transaction():
            self._database.execute("DELETE FROM tasks WHERE queue = ?", (name,))
            self._database.execute("DELETE FROM queues WHERE name = ?", (name,))
            self._bury(name, now + QUEUE_NAME_KEPT_S)
        del self._queues[name]

    def purge_queue(self, name: str, now: float) -> None:
        """Delete the queue's tasks; their names stay taken for a while."""
        with self._transaction():
            self._database.execute(
                "INSERT OR REPLACE INTO tombstones SELECT name, ? FROM tasks WHERE queue = ?",
                (now + TASK_NAME_KEPT_S, name),
            )
            self._database.execute("DELETE FROM tasks WHERE queue = ?", (name,))

    # Tasks

    def add_task(self, task: TaskMessage, queue: str, now: float) -> None:
        """Add a task.  Raises RpcError where its name is, or recently was, in use."""
        if self._is_buried(task.name, now):
            raise already_exists("Requested entity already exists")
        try:
            self._database.execute(
                "INSERT INTO tasks (name, queue, due_us, message) VALUES (?, ?, ?, ?)",
                (task.name, queue, micros_of(task.schedule_time), task.SerializeToString()),
            )
        except sqlite3.IntegrityError as error:
            raise already_exists("Requested entity already exists") from error

    def find_task(self, name: str) -> StoredTask | None:
        """Return a task that is not finished, or None."""
        row = self._database.execute(
            "SELECT message, execution_count, previous_response FROM tasks WHERE name = ?", (name,)
        ).fetchone()
        return StoredTask(Task.FromString(row[0]), row[1], row[2]) if row else None

    def task(self, name: str, now: float) -> StoredTask:
        """Return a task.  Raises RpcError where there is none, or none any more."""
        stored = self.find_task(name)
        if stored is None:
            raise self._no_task(name, now)
        return stored

    def tasks(self, queue: str, after: str, limit: int) -> list[TaskMessage]:
        """Return up to ``limit`` tasks of a queue by name, those after a name."""
        rows = self._database.execute(
            "SELECT message FROM tasks WHERE queue = ? AND name > ? ORDER BY name LIMIT ?",
            (queue, after, limit),
        )
        return [Task.FromString(message) for (message,) in rows]

    def remove_task(self, name: str, now: float) -> bool:
        """Delete a task, finished or not wanted; its name stays taken.  False if there is none."""
        with self._transaction():
            removed = self._database.execute("DELETE FROM tasks WHERE name = ?", (name,)).rowcount
            if removed:
                self._bury(name, now + TASK_NAME_KEPT_S)
            self._database.execute("DELETE FROM tombstones WHERE until < ?", (now,))
        return bool(removed)

    # Dispatch

    def waiting(self, queue: str, limit: int) -> list[tuple[str, int]]:
        """Return name and time (microseconds) of the tasks that are next, soonest first."""
        return self._database.execute(
            "SELECT name, due_us FROM tasks WHERE queue = ? AND running = 0 "
            "ORDER BY due_us LIMIT ?",
            (queue, limit),
        ).fetchall()

    def start_attempt(self, task: TaskMessage) -> None:
        """Save a task whose attempt begins: it waits no longer."""
        self._database.execute(
            "UPDATE tasks SET running = running + 1, message = ? WHERE name = ?",
            (task.SerializeToString(), task.name),
        )

    def end_attempt(
        self, task: TaskMessage, execution_count: int, previous_response: int | None
    ) -> None:
        """Save a task whose attempt failed: it waits for its new time."""
        self._database.execute(
            "UPDATE tasks SET running = max(running - 1, 0), due_us = ?, execution_count = ?, "
            "previous_response = ?, message = ? WHERE name = ?",
            (
                micros_of(task.schedule_time),
                execution_count,
                previous_response,
                task.SerializeToString(),
                task.name,
            ),
        )

    def _is_buried(self, name: str, now: float) -> bool:
        row = self._database.execute(
            "SELECT 1 FROM tombstones WHERE name = ? AND until > ?", (name, now)
        ).fetchone()
        return row is not None

    def _bury(self, name: str, until: float) -> None:
        self._database.execute("INSERT OR REPLACE INTO tombstones VALUES (?, ?)", (name, until))

    def _no_task(self, name: str, now: float) -> RpcError:
        known = self._is_buried(name, now)
        return not_found(_GONE if known else "Requested entity was not found.")

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")
