"""Stores variants: each object is created once and never changes."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import google_crc32c
import structlog
from google.api_core.exceptions import GoogleAPIError, NotFound, PreconditionFailed
from google.auth.exceptions import TransportError
from google.cloud.storage import Blob, Client
from requests.exceptions import RequestException

from safelight.errors import GoogleUnavailableError, VariantTakenError
from safelight.names import variant_folder, variant_object
from safelight.task import RenderTask
from thumbnailer.files import CONTENT_TYPES, Encoded
from thumbnailer.patience import RETRY

_ABSENT: Final = 0

log = structlog.get_logger()


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
        self, task: RenderTask, variant: Encoded, *, edition: str, cache_control: str
    ) -> Published:
        """Create a variant, or take the one that an earlier attempt created.

        Raises GoogleUnavailableError if what is stored is not what was sent,
        VariantTakenError if something else has the name, and the client's errors.
        """
        name = variant_object(
            task.image_id, task.generation, edition, variant.name, variant.extension
        )
        blob = self._bucket.blob(name)
        blob.cache_control = cache_control
        blob.metadata = _metadata(task, variant, edition)
        try:
            _create(blob, variant)
        except PreconditionFailed:
            blob = _found(self._bucket.blob(name), blob, variant)
        return _published(blob, variant)

    def superseded(self, task: RenderTask, edition: str) -> Sequence[Blob]:
        """Return what other recipes made of this generation, and all of older ones.

        Raises the client's errors.
        """
        stored = self._bucket.list_blobs(prefix=f"{task.image_id}/", retry=RETRY)
        return [blob for blob in stored if _is_superseded(blob.name, task, edition)]

    def remove(self, superseded: Iterable[Blob]) -> None:
        """Delete these generations of objects; no record leads to one that has to be left."""
        for blob in superseded:
            try:
                blob.delete(retry=RETRY)
            except NotFound:
                continue
            except (GoogleAPIError, TransportError, RequestException) as error:
                log.warning("variant_left", object=blob.name, error=repr(error))


def _is_superseded(name: str, task: RenderTask, edition: str) -> bool:
    generation = name.removeprefix(f"{task.image_id}/").partition("/")[0]
    if not generation.isdecimal() or int(generation) > task.generation:
        return False
    ours = f"{variant_folder(task.image_id, task.generation)}{edition}/"
    return not name.startswith(ours)


def _create(blob: Blob, variant: Encoded) -> None:
    blob.upload_from_string(
        variant.data,
        content_type=CONTENT_TYPES[variant.extension],
        if_generation_match=_ABSENT,
        checksum="crc32c",
        retry=RETRY,
    )
    if blob.crc32c != checksum(variant.data) or int(blob.size or 0) != len(variant.data):
        raise GoogleUnavailableError("The stored variant is not what was sent.")


def _found(found: Blob, ours: Blob, variant: Encoded) -> Blob:
    """Return the object that exists already: never is one replaced.

    Other bytes by the same recipes (another processor, another version of an encoder) are
    this variant as well, and the record tells their checksum.  Raises VariantTakenError.
    """
    found.reload(retry=RETRY)
    if found.crc32c == checksum(variant.data):
        return found
    if found.metadata != ours.metadata:
        raise VariantTakenError
    log.info("variant_kept", object=found.name, stored=found.crc32c)
    return found


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


def _metadata(task: RenderTask, variant: Encoded, edition: str) -> dict[str, str]:
    return {
        "image-id": task.image_id,
        "source-bucket": task.bucket,
        "source-name": task.name,
        "source-generation": str(task.generation),
        "recipe": variant.name,
        "recipes": edition,
        "width": str(variant.width),
        "height": str(variant.height),
    }
