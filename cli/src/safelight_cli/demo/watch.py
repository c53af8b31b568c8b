"""Follow the records of the pictures until each has come to its end."""

import queue
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from google.cloud import firestore

from safelight.record import IMAGES, TERMINAL, State
from safelight_cli.demo.send import Sent


@dataclass(frozen=True, slots=True)
class Change:
    """A picture's record as it is now."""

    sent: Sent
    record: dict[str, Any]

    @property
    def state(self) -> State:
        return State(self.record["state"])


def follow(client: firestore.Client, sent: Iterable[Sent], timeout_s: float) -> Iterator[Change]:
    """Yield each record whenever it changes; end when all are terminal or time is up."""
    waiting = {one.image_id: one for one in sent}
    changes: queue.SimpleQueue[list[Any]] = queue.SimpleQueue()
    deadline = time.monotonic() + timeout_s
    query = client.collection(IMAGES).order_by("createdAt", direction="DESCENDING")
    listener = query.limit(max(len(waiting), 1)).on_snapshot(
        lambda documents, _changes, _time: changes.put(documents)
    )
    try:
        while waiting and (left := deadline - time.monotonic()) > 0:
            try:
                documents = changes.get(timeout=left)
            except queue.Empty:
                return
            for document in documents:
                yield from _change(waiting, document)
    finally:
        listener.unsubscribe()


def _change(waiting: dict[str, Sent], document: Any) -> Iterator[Change]:
    sent = waiting.get(document.id)
    record = document.to_dict()
    if sent is None or record["original"]["generation"] != sent.generation:
        return
    change = Change(sent, record)
    if change.state in TERMINAL:
        del waiting[document.id]
    yield change
