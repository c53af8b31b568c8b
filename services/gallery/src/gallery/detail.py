"""One record with all that is known of it, as its page shows it.  Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from gallery.card import Card, Record, card_of, is_open, labels_of, mapping

Row = tuple[str, str]

_EXIF: Final[Mapping[str, tuple[str, str]]] = {
    "camera": ("Camera", "{}"),
    "lens": ("Lens", "{}"),
    "takenAt": ("Taken at", "{}"),
    "exposureTimeS": ("Exposure", "{} s"),
    "fNumber": ("Aperture", "f/{}"),
    "iso": ("ISO", "{}"),
    "focalLengthMm": ("Focal length", "{} mm"),
    "artist": ("Artist", "{}"),
    "copyright": ("Copyright", "{}"),
}

# The page is open to more people than those who know each other.
_PRIVATE: Final = "reviewer"


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of the timeline."""

    at: datetime | None
    stage: str
    event: str
    attempt: int
    duration_ms: int | None
    detail: str


@dataclass(frozen=True, slots=True)
class Detail:
    """The page of one picture."""

    card: Card
    object_name: str
    facts: tuple[Row, ...]
    labels: tuple[Row, ...]
    likelihoods: tuple[Row, ...]
    text: str
    appeal: str
    timeline: tuple[Happening, ...]


def detail_of(record: Record, entries: Sequence[Record]) -> Detail:
    """Return the page of a record and its timeline."""
    metadata = mapping(record.get("metadata"))
    likelihoods = mapping(metadata.get("safeSearch"))
    return Detail(
        card=card_of(record),
        object_name=str(mapping(record.get("original")).get("name") or ""),
        facts=tuple(_facts(record, metadata)),
        labels=tuple(_labels(record)),
        likelihoods=tuple((name, _words(value)) for name, value in sorted(likelihoods.items())),
        text=str(metadata.get("text") or "") if is_open(record) else "",
        appeal=str(mapping(record.get("appeal")).get("text") or ""),
        timeline=tuple(_happening(entry) for entry in entries),
    )


def _facts(record: Record, metadata: Mapping[str, Any]) -> Iterator[Row]:
    original = mapping(record.get("original"))
    if metadata.get("width") and metadata.get("height"):
        yield "Size", f"{metadata['width']} x {metadata['height']} pixels"
    if metadata.get("format"):
        yield "Format", str(metadata["format"])
    if (metadata.get("frames") or 1) > 1:
        yield "Frames", str(metadata["frames"])
    exif = mapping(metadata.get("exif")) if is_open(record) else {}
    for name, (title, pattern) in _EXIF.items():
        if name in exif:
            yield title, pattern.format(_exact(exif[name]))
    yield from _identity(record, original)


def _identity(record: Record, original: Mapping[str, Any]) -> Iterator[Row]:
    if record.get("owner"):
        yield "Owner", str(record["owner"])
    if original.get("generation"):
        yield "Generation", str(original["generation"])
    verdict = mapping(record.get("verdict"))
    if verdict:
        yield "Verdict", f"{verdict.get('decision')} under {verdict.get('policy')}"
    if review := mapping(record.get("review")):
        yield "Review", f"{review.get('decision')}: {review.get('reason')}"
    if record.get("attempts"):
        yield "Attempts", str(record["attempts"])


def _labels(record: Record) -> Iterator[Row]:
    for label in labels_of(record):
        score = label.get("score")
        share = f"{score:.0%}" if isinstance(score, int | float) else ""
        yield str(label.get("description", "")), share


def _happening(entry: Record) -> Happening:
    at, spent_ms = entry.get("at"), entry.get("durationMs")
    told = mapping(entry.get("detail"))
    return Happening(
        at=at if isinstance(at, datetime) else None,
        stage=str(entry.get("stage") or ""),
        event=_words(entry.get("event")),
        attempt=int(entry.get("attempt") or 1),
        duration_ms=round(spent_ms) if isinstance(spent_ms, int | float) else None,
        detail="; ".join(
            f"{name}: {_listed(value)}" for name, value in sorted(told.items()) if name != _PRIVATE
        ),
    )


def _words(value: object) -> str:
    return str(value or "").replace("_", " ").lower()


def _listed(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _exact(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
