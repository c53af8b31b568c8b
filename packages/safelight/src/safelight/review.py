"""The use cases of review: a person decides about a picture that the gate held back.

ReviewError
├── UnknownPictureError     unknown_picture
├── NotInReviewError        not_in_review
├── AppealedAlreadyError    appealed_already
└── MissingWordsError       missing_words
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from safelight.errors import SafelightError
from safelight.record import Entry, Reason, State
from safelight.records import StaleError
from safelight.release import Ledger, Queue, Record, answered, release

STAGE: Final = "review"
IN_REVIEW: Final = frozenset({State.QUARANTINED, State.REJECTED})
_MAX_NAME: Final = 200
_MAX_WORDS: Final = 2_000


class ReviewError(SafelightError):
    """The review did not take place."""


class UnknownPictureError(ReviewError):
    """There is no picture of this id."""

    code = "unknown_picture"


class NotInReviewError(ReviewError):
    """The picture is not held back any more, or not yet; look at it again."""

    code = "not_in_review"


class AppealedAlreadyError(ReviewError):
    """An appeal for this picture waits for its answer already."""

    code = "appealed_already"


class MissingWordsError(ReviewError):
    """Words are missing."""

    code = "missing_words"


@dataclass(frozen=True, slots=True)
class Opinion:
    """Who decides, and why."""

    reviewer: str
    reason: str


def opinion(reviewer: str, reason: str) -> Opinion:
    """Return what was entered, made fit for a record.  Raises MissingWordsError."""
    return Opinion(
        _words(reviewer, _MAX_NAME, "Say who decides."),
        _words(reason, _MAX_WORDS, "Say why: the reason stays in the picture's timeline."),
    )


def approve(ledger: Ledger, queue: Queue, image_id: str, said: Opinion) -> None:
    """Let the picture pass: its record says ``rendering``, and a task renders it.

    Raises ReviewError, and the clients' errors.
    """
    record = _in_review(ledger, image_id, IN_REVIEW)
    if record.get("variants"):
        raise NotInReviewError("The picture is being withdrawn; look at it again in a moment.")
    fields = {"review": _review("approved", said)}
    try:
        release(ledger, queue, record, fields, _entry("picture_approved", said))
    except StaleError as error:
        raise NotInReviewError from error


def reject(ledger: Ledger, image_id: str, said: Opinion) -> None:
    """Keep the picture out of sight for good: its record says ``rejected``.

    Raises ReviewError, and the client's errors.
    """
    record = _in_review(ledger, image_id, frozenset({State.QUARANTINED}))
    reason = Reason("rejected", "A reviewer decided not to show the picture.", STAGE)
    fields = {"review": _review("rejected", said), "reason": reason.to_document()}
    try:
        ledger.move(
            image_id,
            record["original"]["generation"],
            before=State.QUARANTINED,
            after=State.REJECTED,
            fields={**fields, **answered(record)},
            entry=_entry("picture_rejected", said),
        )
    except StaleError as error:
        raise NotInReviewError from error


def appeal(ledger: Ledger, image_id: str, text: str) -> None:
    """Note on the record that its owner asks for another look.

    Raises ReviewError, and the client's errors.
    """
    words = _words(text, _MAX_WORDS, "Say why the picture should be shown.")
    record = _in_review(ledger, image_id, IN_REVIEW)
    if is_appealed(record):
        raise AppealedAlreadyError
    try:
        ledger.amend(
            image_id,
            record["original"]["generation"],
            state=State(record["state"]),
            fields={"appeal": {"text": words, "at": datetime.now(UTC), "open": True}},
            entry=Entry(STAGE, "picture_appealed", detail={"text": words}),
        )
    except StaleError as error:
        raise NotInReviewError from error


def is_appealed(record: Record) -> bool:
    """Tell whether an appeal waits for its answer."""
    return bool((record.get("appeal") or {}).get("open"))


def may_appeal(record: Record) -> bool:
    """Tell whether an appeal would be taken."""
    return record.get("state") in IN_REVIEW and not is_appealed(record)


def _in_review(ledger: Ledger, image_id: str, states: frozenset[State]) -> Record:
    record = ledger.read(image_id)
    if record is None:
        raise UnknownPictureError
    if record.get("state") not in states:
        raise NotInReviewError
    return record


def _review(decision: str, said: Opinion) -> Mapping[str, Any]:
    return {
        "decision": decision,
        "reviewer": said.reviewer,
        "reason": said.reason,
        "at": datetime.now(UTC),
    }


def _entry(event: str, said: Opinion) -> Entry:
    return Entry(STAGE, event, detail={"reviewer": said.reviewer, "reason": said.reason})


def _words(text: str, most: int, otherwise: str) -> str:
    """Return the text on one line a paragraph, without controls.  Raises MissingWordsError."""
    lines = ("".join(c for c in line if c.isprintable()).strip() for line in text.splitlines())
    clean = "\n".join(line for line in lines if line)[:most]
    if not clean:
        raise MissingWordsError(otherwise)
    return clean
