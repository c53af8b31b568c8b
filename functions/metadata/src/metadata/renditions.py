"""The bucket of analysis renditions: private, without a trigger, emptied after some days."""

import hashlib
from typing import Final

from google.api_core.exceptions import Forbidden, PreconditionFailed
from google.cloud import storage

from metadata.inspect import Rendition
from metadata.original import RETRY, TIMEOUT_S, TRANSIENT, Source
from safelight.errors import GoogleUnavailableError
from safelight.names import image_id

RECIPE: Final = "analysis"


class Renditions:
    """Stores renditions under the name of their picture, its generation, and their content."""

    def __init__(self, client: storage.Client, bucket: str) -> None:
        self._bucket = client.bucket(bucket)

    def store(self, source: Source, rendition: Rendition) -> str:
        """Write the rendition if it is not there, and return its ``gs://`` address.

        Raises GoogleUnavailableError, which passes.
        """
        image = image_id(source.bucket, source.name)
        digest = hashlib.sha256(rendition.data).hexdigest()
        name = f"{image}/{source.generation}/{digest}.jpg"
        blob = self._bucket.blob(name)
        blob.metadata = {
            "image-id": image,
            "source-bucket": source.bucket,
            "source-name": source.name,
            "source-generation": str(source.generation),
            "recipe": RECIPE,
        }
        self._create(blob, rendition.data)
        return f"gs://{self._bucket.name}/{name}"

    def _create(self, blob: storage.Blob, data: bytes) -> None:
        try:
            blob.upload_from_string(
                data,
                content_type="image/jpeg",
                if_generation_match=0,
                checksum="crc32c",
                timeout=TIMEOUT_S,
                retry=RETRY,
            )
        except (PreconditionFailed, Forbidden) as error:
            # An earlier attempt wrote it, for the name is made of the content.  Whoever may only
            # add objects can be told of that as a lack of rights.
            self._check_stored(blob, error)
        except TRANSIENT as error:
            raise GoogleUnavailableError from error

    def _check_stored(self, blob: storage.Blob, refused: Exception) -> None:
        try:
            is_stored = blob.exists(timeout=TIMEOUT_S, retry=RETRY)
        except TRANSIENT as error:
            raise GoogleUnavailableError from error
        if not is_stored:
            raise GoogleUnavailableError from refused
