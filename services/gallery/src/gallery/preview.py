"""What a reviewer sees of a picture that nobody else may see."""

from collections.abc import Iterator
from typing import Final

from google.cloud import storage

from gallery.catalog import Record
from gallery.objects import MissingObjectError, attempt, read_pieces

# Browsers show these, and nothing of them can run.
_TYPES: Final = frozenset({"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"})


class Previews:
    """Reads the rendition that was made for Vision, or else the original where it lies now."""

    def __init__(self, client: storage.Client, analysis_bucket: str) -> None:
        self._client = client
        self._analysis_bucket = analysis_bucket

    def read(self, image_id: str, record: Record) -> tuple[str, Iterator[bytes]]:
        """Return type and bytes.  Raises MissingObjectError and GoogleUnavailableError."""
        original = record["original"]
        blob = self._rendition(f"{image_id}/{original['generation']}/")
        if blob is not None:
            return "image/jpeg", read_pieces(blob)
        content_type = str(original.get("contentType"))
        if content_type not in _TYPES:
            raise MissingObjectError(image_id)
        place = original.get("quarantine") or original
        bucket = self._client.bucket(place["bucket"])
        return content_type, read_pieces(bucket.blob(place["name"], generation=place["generation"]))

    def _rendition(self, prefix: str) -> storage.Blob | None:
        if not self._analysis_bucket:
            return None
        bucket = self._client.bucket(self._analysis_bucket)
        found = attempt(lambda: list(self._client.list_blobs(bucket, prefix=prefix, max_results=1)))
        return found[0] if found else None
