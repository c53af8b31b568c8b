"""A record as a page shows it.  Pure: whatever a record lacks, its page lacks."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from safelight.record import TERMINAL, State

Record = Mapping[str, Any]

_MAX_LABELS: Final = 6
_THUMBNAILS: Final = ("thumbnail", "small", "icon", "display")

STATES: Final[Mapping[str, tuple[str, str]]] = {
    State.ANALYZING: ("Being checked", "The picture is being looked at."),
    State.RENDERING: ("Being rendered", "The picture passed the check; its variants are made now."),
    State.READY: ("Ready", "The picture and all its variants can be seen."),
    State.QUARANTINED: ("Held back", "The picture is not shown until somebody has reviewed it."),
    State.REJECTED: ("Rejected", "A reviewer decided not to show the picture."),
    State.FAILED: ("Failed", "The picture could not be processed."),
    State.DELETED: ("Deleted", "The original was deleted, and all variants with it."),
}


@dataclass(frozen=True, slots=True)
class Variant:
    """A published rendition; the address changes with its content."""

    name: str
    url: str
    width: int
    height: int
    bytes: int


@dataclass(frozen=True, slots=True)
class Card:
    """One picture in the list."""

    image_id: str
    name: str
    state: str
    state_name: str
    reason: str
    labels: tuple[str, ...]
    variants: tuple[Variant, ...]
    thumbnail: Variant | None
    created_at: datetime | None
    duration_ms: int | None

    @property
    def description(self) -> str:
        """Return what is to be seen, for those who cannot see it."""
        return ", ".join(self.labels) or self.name


def card_of(record: Record) -> Card:
    """Return the card of a record."""
    state = str(record.get("state") or "")
    variants = variants_of(record)
    return Card(
        image_id=str(record.get("imageId") or ""),
        name=name_of(record),
        state=state if state in STATES else "unknown",
        state_name=STATES.get(state, ("Unknown", ""))[0],
        reason=sentence_of(record),
        labels=tuple(_descriptions(record))[:_MAX_LABELS],
        variants=variants,
        thumbnail=_thumbnail(variants),
        created_at=_time(record.get("createdAt")),
        duration_ms=_spent_ms(record),
    )


def name_of(record: Record) -> str:
    """Return the file name: the last part of the object's name."""
    name = str(mapping(record.get("original")).get("name") or "")
    return name.rstrip("/").rpartition("/")[2] or name or "unnamed"


def sentence_of(record: Record) -> str:
    """Return why the picture is where it is, as a sentence; empty where all is well."""
    reason = mapping(record.get("reason"))
    if message := str(reason.get("message") or ""):
        return message
    state = str(record.get("state") or "")
    return "" if state == State.READY else STATES.get(state, ("", ""))[1]


def is_open(record: Record) -> bool:
    """Tell whether what is in the picture may be told: not before it may be shown."""
    return record.get("state") == State.READY


def labels_of(record: Record) -> Sequence[Mapping[str, Any]]:
    """Return what is in the picture, if that may be told."""
    found = mapping(record.get("metadata")).get("labels") if is_open(record) else None
    return [label for label in found or [] if isinstance(label, Mapping)]


def variants_of(record: Record) -> tuple[Variant, ...]:
    """Return what may be shown: nothing of a picture that is not ready."""
    if not is_open(record):
        return ()
    image_id = record.get("imageId")
    return tuple(
        Variant(
            name=name,
            url=f"/variants/{image_id}/{name}?generation={told.get('generation')}",
            width=_number(told.get("width")) or 0,
            height=_number(told.get("height")) or 0,
            bytes=_number(told.get("bytes")) or 0,
        )
        for name, told in sorted(mapping(record.get("variants")).items())
    )


def mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _descriptions(record: Record) -> Iterator[str]:
    return (str(label.get("description", "")) for label in labels_of(record))


def _thumbnail(variants: tuple[Variant, ...]) -> Variant | None:
    named = {variant.name: variant for variant in variants}
    return next((named[name] for name in _THUMBNAILS if name in named), None)


def _spent_ms(record: Record) -> int | None:
    """Return how long the way took from the upload to where it ended, if it has."""
    if record.get("state") not in TERMINAL:
        return None
    began = _time(mapping(record.get("original")).get("uploadedAt"))
    ended = _time(mapping(record.get("processing")).get("finishedAt"))
    ended = ended or _time(record.get("updatedAt"))
    if began is None or ended is None or ended < began:
        return None
    return round((ended - began).total_seconds() * 1000)


def _time(value: object) -> datetime | None:
    return value if isinstance(value, datetime) else None


def _number(value: object) -> int | None:
    return round(value) if isinstance(value, int | float) else None
