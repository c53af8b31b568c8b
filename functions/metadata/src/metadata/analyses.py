"""What Vision said, kept by content: ``analyses/{sha256}-{version of the questions}``.

No verdict is kept: another policy decides anew from the same answers.  Firestore deletes a
document after its ``expireAt``.
"""

import json
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import structlog
from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth.exceptions import GoogleAuthError
from google.cloud import firestore

from safelight.errors import GoogleUnavailableError

COLLECTION: Final = "analyses"
MAX_BYTES: Final = 900_000
"""Firestore takes documents of up to 1 MiB."""
_TROUBLE: Final = (GoogleAPICallError, GoogleAuthError, RetryError)
_TIMEOUT_S: Final = 5.0
# One that is about to be deleted may be gone when it is needed.
_MARGIN: Final = timedelta(hours=1)

Responses = list[dict[str, Any]]

log = structlog.get_logger()


class Analyses:
    """The kept answers; without them all still works, at Vision's price."""

    def __init__(
        self,
        client: firestore.Client,
        keep_for: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._documents = client.collection(COLLECTION)
        self._keep_for = keep_for
        self._now = now

    def has(self, key: str) -> bool:
        """Tell whether the answers are there, and will be for a while."""
        try:
            return self._find(key, self._now() + _MARGIN) is not None
        except GoogleUnavailableError as error:
            log.warning("analysis_not_found_out", key=key, cause=repr(error.__cause__)[:500])
            return False

    def recall(self, key: str) -> Responses | None:
        """Return the answers, if they are there.  Raises GoogleUnavailableError."""
        found = self._find(key, self._now())
        return None if found is None else json.loads(found["responses"])

    def keep(self, key: str, responses: Sequence[dict[str, Any]]) -> None:
        """Keep the answers; a picture does not suffer where that fails."""
        told = json.dumps(responses, ensure_ascii=False, separators=(",", ":"))
        if len(told.encode("utf-8", "replace")) > MAX_BYTES:
            log.warning("analysis_not_kept", key=key, cause="too large")
            return
        now = self._now()
        fields = {"responses": told, "createdAt": now, "expireAt": now + self._keep_for}
        try:
            self._documents.document(key).set(fields, timeout=_TIMEOUT_S)
        except _TROUBLE as error:
            log.warning("analysis_not_kept", key=key, cause=repr(error)[:500])

    def _find(self, key: str, at: datetime) -> dict[str, Any] | None:
        try:
            found = self._documents.document(key).get(timeout=_TIMEOUT_S).to_dict()
        except _TROUBLE as error:
            raise GoogleUnavailableError from error
        return found if found and found["expireAt"] > at else None
