"""Change records in Firestore, fenced by the generation and the state that the writer saw."""

from collections.abc import Mapping, Sequence
from typing import Any

from google.cloud import firestore

from safelight.record import IMAGES, TIMELINE, Entry, State, check_move


class StaleError(Exception):
    """The record is no longer what the writer saw: another generation, state, or gone."""


class Records:
    """The collection of records."""

    def __init__(self, client: firestore.Client) -> None:
        self._client = client

    def read(self, image_id: str) -> Mapping[str, Any] | None:
        """Return the record's fields, or None."""
        document: Mapping[str, Any] | None = self._reference(image_id).get().to_dict()
        return document

    def to_review(self, most: int) -> Sequence[Mapping[str, Any]]:
        """Return pictures that wait for a reviewer, those with an appeal first, then the oldest."""
        images = self._client.collection(IMAGES)
        appealed = firestore.FieldFilter("appeal.open", "==", value=True)
        held_back = firestore.FieldFilter("state", "==", State.QUARANTINED.value)
        found: dict[str, Mapping[str, Any]] = {}
        for condition in (appealed, held_back):
            for snapshot in images.where(filter=condition).limit(most).get():
                found.setdefault(snapshot.id, snapshot.to_dict() or {})
        return sorted(found.values(), key=_urgency)[:most]

    def move(  # noqa: PLR0913 -- a move is made of these
        self,
        image_id: str,
        generation: int,
        *,
        before: State,
        after: State,
        fields: Mapping[str, Any],
        entry: Entry,
    ) -> None:
        """Move the record and append the timeline entry, in one transaction.

        ``fields`` replace what stood there; a dot leads into a map.  Raises StaleError, without
        any write, where the record is not at ``generation`` and ``before``; the client's errors
        (``google.api_core.exceptions``) pass through.
        """
        check_move(before, after)
        change = {**fields, "state": after.value}
        self._commit(image_id, (generation, before), change, entry)

    def amend(
        self,
        image_id: str,
        generation: int,
        *,
        state: State,
        fields: Mapping[str, Any],
        entry: Entry,
    ) -> None:
        """Change fields of a record that stays in its state; otherwise as ``move``."""
        self._commit(image_id, (generation, state), fields, entry)

    def _commit(
        self,
        image_id: str,
        expected: tuple[int, State],
        fields: Mapping[str, Any],
        entry: Entry,
    ) -> None:
        reference = self._reference(image_id)

        @firestore.transactional
        def commit(transaction: firestore.Transaction) -> None:
            record = reference.get(transaction=transaction).to_dict() or {}
            seen = (record.get("original", {}).get("generation"), record.get("state"))
            if seen != expected:
                raise StaleError(f"{image_id} is at {seen}, not at {expected}")
            change = {**fields, "updatedAt": firestore.SERVER_TIMESTAMP}
            transaction.update(reference, change)
            transaction.create(reference.collection(TIMELINE).document(), _entry(entry))

        commit(self._client.transaction())

    def _reference(self, image_id: str) -> firestore.DocumentReference:
        return self._client.collection(IMAGES).document(image_id)


def _urgency(record: Mapping[str, Any]) -> tuple[bool, str]:
    return not (record.get("appeal") or {}).get("open"), str(record.get("createdAt"))


def _entry(entry: Entry) -> dict[str, Any]:
    return {
        "at": firestore.SERVER_TIMESTAMP,
        "stage": entry.stage,
        "event": entry.event,
        "attempt": entry.attempt,
        "durationMs": entry.duration_ms,
        "detail": dict(entry.detail or {}),
    }
