"""Read all records in the order of their ids, a page at a time."""

from collections.abc import Iterator, Sequence

from google.cloud import firestore

from safelight.record import IMAGES
from safelight_cli.policy.evidence import Record

PAGE = 300
# All that a replay needs: text found in pictures can be long.
_FIELDS = (
    "imageId",
    "owner",
    "state",
    "original",
    "verdict",
    "review",
    "appeal",
    "variants",
    "metadata.safeSearch",
    "metadata.cropHints",
    "metadata.faceBoxes",
)


def count(client: firestore.Client) -> int:
    """Return how many records there are."""
    ((found,),) = client.collection(IMAGES).count().get()
    return int(found.value)


def pages(
    client: firestore.Client, after: str | None, size: int = PAGE
) -> Iterator[Sequence[Record]]:
    """Yield all records, or those whose ids come after one."""
    images = client.collection(IMAGES)
    query = images.select(_FIELDS).order_by("__name__").limit(size)
    while True:
        begun = query.start_after({"__name__": images.document(after)}) if after else query
        page = [(snapshot.id, snapshot.to_dict() or {}) for snapshot in begun.get()]
        if page:
            yield [{**record, "imageId": image_id} for image_id, record in page]
        if len(page) < size:
            return
        after = page[-1][0]
