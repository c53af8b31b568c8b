"""Read records from Firestore: the newest, one, its timeline; and be told of changes."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Protocol

from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.api_core.retry import Retry
from google.cloud import firestore

from safelight.errors import GoogleUnavailableError
from safelight.record import IMAGES, TIMELINE

Record = Mapping[str, Any]

_TIMEOUT_S: Final = 10.0
# A page waits so long for Firestore to come back.  The client by itself would repeat a
# query for ever, so it is told to ask once, and asked again.
_PATIENCE: Final = Retry(initial=0.1, maximum=0.5, timeout=3.0)
_ONCE: Final = Retry(predicate=lambda _: False)
_MAX_ENTRIES: Final = 500
# All that cards show; text found in pictures can be long.
_CARD_FIELDS: Final = (
    "imageId",
    "state",
    "reason",
    "original",
    "metadata.labels",
    "variants",
    "processing.finishedAt",
    "createdAt",
    "updatedAt",
)


@dataclass(frozen=True, slots=True)
class Change:
    """A record of the newest ones as it is now, or gone from among them (None)."""

    image_id: str
    record: Record | None


class Listener(Protocol):
    """What is told of changes until it is closed, or fails."""

    @property
    def is_active(self) -> bool: ...
    def close(self) -> None: ...


class Catalog:
    """The records of all pictures."""

    def __init__(self, client: firestore.Client) -> None:
        self._client = client
        self._images = client.collection(IMAGES)

    def newest(self, limit: int, before: datetime | None = None) -> Sequence[Record]:
        """Return the newest records first, or those created before a time."""
        query = self._newest(limit).select(_CARD_FIELDS)
        if before is not None:
            query = query.where(filter=firestore.FieldFilter("createdAt", "<", before))
        return _records(query)

    def find(self, image_id: str) -> Record | None:
        """Return the whole record, or None."""
        document = self._images.document(image_id)
        found = _answer(lambda: document.get(retry=_ONCE, timeout=_TIMEOUT_S))
        record: Record | None = found.to_dict()
        return record

    def timeline(self, image_id: str) -> Sequence[Record]:
        """Return what happened to a picture, in order."""
        entries = self._images.document(image_id).collection(TIMELINE)
        return _records(entries.order_by("at").limit(_MAX_ENTRIES))

    def listen(self, limit: int, tell: Callable[[Sequence[Change]], None]) -> Listener:
        """Tell of the newest records, first of all of them and then of changes, from a thread.

        The listener may fail later; then it is no longer active.
        """

        def on_snapshot(_: object, changes: Iterable[Any], __: object) -> None:
            tell([_change(change) for change in changes])

        listener: Listener = _answer(lambda: self._newest(limit).on_snapshot(on_snapshot))
        return listener

    def _newest(self, limit: int) -> firestore.Query:
        descending = firestore.Query.DESCENDING
        return self._images.order_by("createdAt", direction=descending).limit(limit)


def _change(change: Any) -> Change:
    is_gone = change.type.name == "REMOVED"
    return Change(change.document.id, None if is_gone else change.document.to_dict())


def _records(query: firestore.Query) -> Sequence[Record]:
    snapshots = _answer(lambda: query.get(retry=_ONCE, timeout=_TIMEOUT_S))
    return [snapshot.to_dict() for snapshot in snapshots]


def _answer(ask: Callable[[], Any]) -> Any:
    try:
        return _PATIENCE(ask)()
    except (GoogleAPICallError, RetryError) as error:
        raise GoogleUnavailableError from error
