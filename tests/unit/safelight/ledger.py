"""Records and a queue in memory; what each was asked is kept in one order."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from safelight.record import Entry, State, check_move
from safelight.records import StaleError
from safelight.task import RenderTask


class CrashError(BaseException):
    """The process dies here."""


@dataclass
class FakeLedger:
    records: dict[str, dict[str, Any]]
    happened: list[str] = field(default_factory=list)
    timeline: list[Entry] = field(default_factory=list)
    crash_at: str = ""

    def read(self, image_id: str) -> Mapping[str, Any] | None:
        record = self.records.get(image_id)
        return None if record is None else dict(record)

    def move(  # noqa: PLR0913 -- as safelight.records has it
        self,
        image_id: str,
        generation: int,
        *,
        before: State,
        after: State,
        fields: Mapping[str, Any],
        entry: Entry,
    ) -> None:
        check_move(before, after)
        self._commit(image_id, (generation, before), {**fields, "state": after.value}, entry)

    def amend(
        self,
        image_id: str,
        generation: int,
        *,
        state: State,
        fields: Mapping[str, Any],
        entry: Entry,
    ) -> None:
        self._commit(image_id, (generation, state), fields, entry)

    def _commit(
        self, image_id: str, expected: tuple[int, State], fields: Mapping[str, Any], entry: Entry
    ) -> None:
        record = self.records[image_id]
        if (record["original"]["generation"], record["state"]) != expected:
            raise StaleError(image_id)
        if self.crash_at == entry.event:
            raise CrashError
        for path, value in fields.items():
            *parents, name = path.split(".")
            place = record
            for parent in parents:
                place = place.setdefault(parent, {})
            place[name] = value
        self.happened.append(entry.event)
        self.timeline.append(entry)


@dataclass
class FakeQueue:
    happened: list[str] = field(default_factory=list)
    tasks: list[tuple[RenderTask, int]] = field(default_factory=list)
    recipes: str = "default"

    def enqueue(self, task: RenderTask, epoch: int, at: datetime) -> None:
        assert at.tzinfo
        self.happened.append("enqueued")
        self.tasks.append((task, epoch))
