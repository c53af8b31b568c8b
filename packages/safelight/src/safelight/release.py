"""Let a picture that was held back pass: it is rendered, by whoever decided so.

The task is enqueued first and tells the thumbnailer that the record may be a moment behind.
A crash before the record is moved leaves a task that finds nothing to do; a crash after it
leaves a picture whose task exists.  The other way round a crash would strand the picture.
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from safelight.record import Entry, State
from safelight.task import RenderTask

# Long enough for the move, so that the first delivery seldom comes too early.
_HEAD_START: Final = timedelta(seconds=1)

Record = Mapping[str, Any]


class Queue(Protocol):
    """Where render tasks go."""

    @property
    def recipes(self) -> str: ...
    def enqueue(self, task: RenderTask, epoch: int, at: datetime) -> None: ...


class Ledger(Protocol):
    """The records, as ``safelight.records`` has them."""

    def read(self, image_id: str) -> Record | None: ...

    def move(  # noqa: PLR0913 -- as safelight.records has it
        self,
        image_id: str,
        generation: int,
        *,
        before: State,
        after: State,
        fields: Record,
        entry: Entry,
    ) -> None: ...

    def amend(
        self, image_id: str, generation: int, *, state: State, fields: Record, entry: Entry
    ) -> None: ...


def release(ledger: Ledger, queue: Queue, record: Record, fields: Record, entry: Entry) -> None:
    """Have the picture rendered and move its record, as it was read, to ``rendering``.

    Raises StaleError where the record has moved on meanwhile, and the clients' errors.
    """
    now = datetime.now(UTC)
    task = task_of(record, queue.recipes)
    # A new epoch each time: a used task name stays taken for hours.
    queue.enqueue(task, epoch=round(now.timestamp() * 1000), at=now + _HEAD_START)
    ledger.move(
        task.image_id,
        task.generation,
        before=State(record["state"]),
        after=State.RENDERING,
        fields={"reason": None, **fields, **answered(record)},
        entry=entry,
    )


def answered(record: Record) -> Record:
    """Return the fields that close an appeal, where there is one."""
    return {"appeal.open": False} if record.get("appeal") else {}


def task_of(record: Record, recipes: str) -> RenderTask:
    """Return the task that renders a quarantined picture; its record tells where the bytes are."""
    original, metadata = record["original"], record.get("metadata") or {}
    return RenderTask.model_validate(
        {
            "imageId": record["imageId"],
            "bucket": original["bucket"],
            "name": original["name"],
            "generation": original["generation"],
            "owner": record.get("owner") or "",
            "cropHints": metadata.get("cropHints") or [],
            "faces": metadata.get("faceBoxes") or [],
            "recipes": recipes,
            "approving": True,
        }
    )
