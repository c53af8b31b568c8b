"""Pictures that look alike: their perceptual hashes are few bits apart.

Firestore measures no distances, so a hash of 64 bits is kept in four bands of 16 as well.
Hashes up to three bits apart have a band in common: one query finds all of these, and some of
those further apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from google.cloud import firestore

from safelight.record import IMAGES

FIELD: Final = "metadata.phashBands"
SURE_DISTANCE: Final = 3
"""Up to here no picture is missed."""
_BAND_DIGITS: Final = 4
_HASH_DIGITS: Final = 16
# Plain pictures share their hash with many.
_MAX_CANDIDATES: Final = 500


@dataclass(frozen=True, slots=True)
class Similar:
    """A picture that looks like another one."""

    image_id: str
    distance: int


def bands(phash: str) -> list[str]:
    """Return the parts of a hash, each with its place, as the record keeps them."""
    places = range(0, _HASH_DIGITS, _BAND_DIGITS)
    return [f"{place // _BAND_DIGITS}:{phash[place : place + _BAND_DIGITS]}" for place in places]


def distance(first: str, second: str) -> int:
    """Return in how many of the 64 bits two hashes differ."""
    return (int(first, 16) ^ int(second, 16)).bit_count()


def find_similar(
    client: firestore.Client, phash: str, max_distance: int = SURE_DISTANCE
) -> list[Similar]:
    """Return the pictures whose hashes are so near, the nearest first."""
    found = (one for one in _candidates(client, phash) if one.distance <= max_distance)
    return sorted(found, key=lambda one: (one.distance, one.image_id))


def _candidates(client: firestore.Client, phash: str) -> Iterator[Similar]:
    shares_a_band = firestore.FieldFilter(FIELD, "array_contains_any", bands(phash))
    query = client.collection(IMAGES).where(filter=shares_a_band)
    for document in query.select(["metadata.phash"]).limit(_MAX_CANDIDATES).stream():
        yield Similar(document.id, distance(phash, document.get("metadata.phash")))
