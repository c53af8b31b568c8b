"""Show pictures on their way: a live table on a terminal, else a plain line a change."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.table import Table
from rich.text import Text

from safelight_cli.demo.send import Sent
from safelight_cli.demo.watch import Change

_STYLES = {
    "ready": "green",
    "quarantined": "yellow",
    "failed": "red",
    "rendering": "cyan",
    "analyzing": "blue",
}


class Board(AbstractContextManager["Board"]):
    """Where every picture stands."""

    def __init__(self, console: Console, sent: Sequence[Sent]) -> None:
        self._console = console
        self._sent = sent
        self._changes: dict[str, Change] = {}
        self._live = Live(self._table(), console=console) if console.is_terminal else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._live:
            self._live.stop()

    def put(self, change: Change) -> None:
        """Show a change."""
        before = self._changes.get(change.sent.image_id)
        self._changes[change.sent.image_id] = change
        if self._live:
            self._live.update(self._table())
        elif before is None or before.state != change.state:
            self._console.print(f"{change.sent.picture.filename}: {change.state}", highlight=False)

    def _table(self) -> Table:
        table = Table(box=None)
        for heading in ("picture", "state", ""):
            table.add_column(heading)
        for sent in self._sent:
            change = self._changes.get(sent.image_id)
            state = change.state.value if change else "uploaded"
            note = summary(change) if change else ""
            table.add_row(
                Text(sent.picture.filename), Text(state, _STYLES.get(state, "dim")), Text(note)
            )
        return table


def line(change: Change) -> str:
    """Return one line that says how a picture ended."""
    return f"{change.sent.picture.filename:24} {change.state:12} {summary(change)}"


def summary(change: Change) -> str:
    """Return the reason, or labels, variants and times."""
    record = change.record
    if reason := record.get("reason"):
        return f"{reason['code']}: {reason['message']}"
    labels = ", ".join(x["description"] for x in record.get("metadata", {}).get("labels", [])[:3])
    variants = ", ".join(
        f"{name} {v['width']}x{v['height']}" for name, v in sorted(record["variants"].items())
    )
    parts = [labels or "no label", variants, _times(change)]
    return "; ".join(part for part in parts if part)


def _times(change: Change) -> str:
    record = change.record
    if "updatedAt" not in record or not record.get("variants"):
        return ""
    total = record["updatedAt"] - record["original"]["uploadedAt"]
    rendering = record.get("processing", {}).get("durationMs")
    rendered = f", {rendering} ms of it rendering" if rendering is not None else ""
    return f"{total.total_seconds():.2f} s{rendered}"
