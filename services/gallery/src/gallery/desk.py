"""The use cases of review against Google's services; their trouble is told as passing."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from google.api_core.exceptions import GoogleAPICallError, RetryError

from gallery.catalog import Record
from safelight import review
from safelight.errors import GoogleUnavailableError
from safelight.records import Records
from safelight.release import Queue
from safelight.review import Opinion

T = TypeVar("T")


class Desk:
    """Where reviewers decide, and owners appeal."""

    def __init__(self, records: Records, queue: Queue | None) -> None:
        self._records = records
        self._queue = queue

    def waiting(self, most: int) -> Sequence[Record]:
        """Return pictures to decide about."""
        return _answer(lambda: self._records.to_review(most))

    def read(self, image_id: str) -> Record | None:
        return _answer(lambda: self._records.read(image_id))

    def approve(self, image_id: str, said: Opinion) -> None:
        queue = self._queue
        if queue is None:
            raise GoogleUnavailableError("There is no queue to render from.")
        _answer(lambda: review.approve(self._records, queue, image_id, said))

    def reject(self, image_id: str, said: Opinion) -> None:
        _answer(lambda: review.reject(self._records, image_id, said))

    def appeal(self, image_id: str, text: str) -> None:
        _answer(lambda: review.appeal(self._records, image_id, text))


def _answer(ask: Callable[[], T]) -> T:
    try:
        return ask()
    except (GoogleAPICallError, RetryError) as error:
        raise GoogleUnavailableError from error
