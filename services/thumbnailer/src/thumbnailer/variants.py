"""Stores variants: each object is created once and never changes."""

import base64
from dataclasses import dataclass
from typing import Any, Final

import google_crc32c
from google.api_core.exceptions import PreconditionFailed
from google.cloud.storage import Blob, Client

from safelight.errors import GoogleUnavailableError
from safelight.names import variant_object
from safelight.task import RenderTask
from thumbnailer.files import CONTENT_TYPES, Encoded
from thumbnailer.patience import RETRY

_ABSENT: Final = 0


@dataclass(frozen=True)
class Published:
    """A variant as the record shows it."""

    name: str
    uri: str
    width: int
    height: int
    bytes: int
    content_type: str
    crc32c: str
    generation: int

    def to_document(self) -> dict[str, Any]:
        return {
            "uri": self.uri,
            "width": self.width,
            "height": self.height,
            "bytes": self.bytes,
            "contentType": self.content_type,
            "crc32c": self.crc32c,
            "generation": self.generation,
        }


class Variants:
    """The bucket of variants."""

    def __init__(self, client: Client, bucket: str) -> None:
        self._bucket = client.bucket(bucket)

    def store(
        self, task: RenderTask, variant: Encoded, *, recipes_digest: str, cache_control: str
    ) -> Published:
        """Write a variant, or takes the one that an earlier attempt wrote.

        Raises GoogleUnavailableError if what is stored is not what was sent, and the
        client's errors.
        """
        name = variant_object(task.image_id, task.generation, variant.name, variant.extension)
        blob = self._bucket.blob(name)
        blob.cache_control = cache_control
        blob.metadata = _metadata(task, variant.name, recipes_digest)
        try:
            _upload(blob, variant, _ABSENT)
        except PreconditionFailed:
            blob = _settle(self._bucket.blob(name), blob, variant)
        return _published(blob, variant)


def _upload(blob: Blob, variant: Encoded, replaces: int) -> None:
    blob.upload_from_string(
        variant.data,
        content_type=CONTENT_TYPES[variant.extension],
        if_generation_match=replaces,
        checksum="crc32c",
        retry=RETRY,
    )
    if blob.crc32c != checksum(variant.data) or int(blob.size or 0) != len(variant.data):
        raise GoogleUnavailableError("The stored variant is not what was sent.")


def _settle(found: Blob, ours: Blob, variant: Encoded) -> Blob:
    """Decides about an object that exists already.

    The same bytes, or other bytes by the same recipes (another version of an encoder),
    are kept. Other recipes have been asked for since: that object is replaced, if it is
    still the one seen.
    """
    found.reload(retry=RETRY)
    same_bytes = found.crc32c == checksum(variant.data)
    if same_bytes or (found.metadata or {}).get("recipes") == ours.metadata["recipes"]:
        return found
    _upload(ours, variant, int(found.generation))
    return ours


def checksum(data: bytes) -> str:
    """Return the CRC32C in the form in which Cloud Storage tells it."""
    return base64.b64encode(google_crc32c.value(data).to_bytes(4, "big")).decode()


def _published(blob: Blob, variant: Encoded) -> Published:
    return Published(
        name=variant.name,
        uri=f"gs://{blob.bucket.name}/{blob.name}",
        width=variant.width,
        height=variant.height,
        bytes=int(blob.size or 0),
        content_type=CONTENT_TYPES[variant.extension],
        crc32c=str(blob.crc32c),
        generation=int(blob.generation or 0),
    )


def _metadata(task: RenderTask, recipe: str, recipes_digest: str) -> dict[str, str]:
    return {
        "image-id": task.image_id,
        "source-bucket": task.bucket,
        "source-name": task.name,
        "source-generation": str(task.generation),
        "recipe": recipe,
        "recipes": recipes_digest,
    }
