"""Move the original of a refused picture out of sight, and delete what was rendered of it.

The workflow does the same to what its gate refuses.  Every step may be repeated, so whoever
was interrupted begins again.  Needs google-cloud-storage, as who uses this has it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.api_core.exceptions import NotFound, PreconditionFailed
from google.cloud.storage import Blob, Client

from safelight.names import quarantine_object, variant_folder
from safelight.record import Entry, State
from safelight.release import Ledger, Record

_ABSENT: Final = 0

Place = Mapping[str, Any]


class Quarantine:
    """The bucket of refused originals."""

    def __init__(self, client: Client, bucket: str) -> None:
        self._client = client
        self._bucket = client.bucket(bucket)

    def hide(self, ledger: Ledger, image_id: str, record: Record) -> bool:
        """Hide a quarantined picture, its record as read; tells whether there was anything to do.

        The record says where the original is before the upload is deleted, so that this
        deletion is not taken for its owner's.  Raises StaleError, and the clients' errors.
        """
        original, variants = record["original"], record.get("variants") or {}
        for blob in self._rendered(variant_folder(image_id, original["generation"]), variants):
            _deleted(blob)
        known = original.get("quarantine")
        place = known or self._copied(image_id, original)
        if variants or place is not known:
            _note(ledger, image_id, original["generation"], place)
        is_left = place is not None and _deleted(self._uploaded(original))
        return bool(variants) or place is not known or is_left

    def _copied(self, image_id: str, original: Mapping[str, Any]) -> Place | None:
        """Return where the copy is, made now or before; None where there is no original."""
        source = self._uploaded(original)
        copy = self._bucket.blob(quarantine_object(image_id, original["generation"]))
        copy.content_type = original.get("contentType") or None
        copy.metadata = {
            "image-id": image_id,
            "source-bucket": original["bucket"],
            "source-name": original["name"],
            "source-generation": str(original["generation"]),
        }
        try:
            _copy(source, copy)
        except PreconditionFailed:
            copy.reload()
        except NotFound:
            if source.exists():
                raise
            return None
        return {"bucket": self._bucket.name, "name": copy.name, "generation": copy.generation}

    def _uploaded(self, original: Mapping[str, Any]) -> Blob:
        bucket = self._client.bucket(original["bucket"])
        return Blob(original["name"], bucket, generation=original["generation"])

    def _rendered(self, folder: str, variants: Mapping[str, Any]) -> Iterator[Blob]:
        """Yield all in the folder, where the published ones lie: others may lie beside them."""
        for bucket in {str(one["uri"]).split("/")[2] for one in variants.values()}:
            yield from self._client.list_blobs(bucket, prefix=folder)


def _copy(source: Blob, copy: Blob) -> None:
    """Copy server-side; where that takes several calls, go on until it is done."""
    token, _, _ = copy.rewrite(source, if_generation_match=_ABSENT)
    while token:
        token, _, _ = copy.rewrite(source, token, if_generation_match=_ABSENT)


def _note(ledger: Ledger, image_id: str, generation: int, place: Place | None) -> None:
    moved = {} if place is None else {"original.quarantine": place}
    ledger.amend(
        image_id,
        generation,
        state=State.QUARANTINED,
        fields={"variants": {}, "thumbnailCreated": False, **moved},
        entry=Entry("quarantine", "original_hidden" if place else "variants_removed"),
    )


def _deleted(blob: Blob) -> bool:
    """Delete the generation that the blob names; tells whether it was there."""
    try:
        blob.delete()
    except NotFound:
        return False
    return True
