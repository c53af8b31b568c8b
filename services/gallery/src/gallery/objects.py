"""Write uploads to, and read variants from, Cloud Storage."""

from collections.abc import Callable, Iterator
from typing import Any, Final

import structlog
from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError
from google.auth.exceptions import GoogleAuthError
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption, InvalidResponse
from google.cloud.storage.fileio import BlobWriter
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.exceptions import RequestException

from safelight.errors import GoogleUnavailableError

# A multiple of 256 KiB; so much of a file is in memory at a time.
CHUNK_BYTES: Final = 1024 * 1024
_TROUBLE: Final = (
    GoogleAPICallError,
    GoogleAuthError,
    RetryError,
    RequestException,
    DataCorruption,
    InvalidResponse,
    ConnectionError,
)
_RETRY: Final = DEFAULT_RETRY.with_timeout(20.0)

log = structlog.get_logger()


class MissingObjectError(Exception):
    """There is no such object."""


class _Writer(BlobWriter):
    """Writes an object that comes to be with ``close`` only."""

    def __del__(self) -> None:
        """Do not complete a forgotten, unfinished object, as any other file would."""


class ObjectDraft:
    """An object that comes to be when it is closed (a resumable upload)."""

    def __init__(self, blob: storage.Blob, content_type: str) -> None:
        # An object of this name must not exist: nobody's upload is ever replaced.
        open_writer: Any = _Writer  # the client is not typed
        self._writer = open_writer(
            blob,
            chunk_size=CHUNK_BYTES,
            content_type=content_type,
            if_generation_match=0,
            retry=_RETRY,
        )

    def write(self, data: bytes) -> None:
        attempt(lambda: self._writer.write(data))

    def close(self) -> None:
        attempt(self._writer.close)

    def terminate(self) -> None:
        """Give the upload up; should even that fail, it expires by itself, unfinished."""
        try:
            self._writer.terminate()
        except _TROUBLE as error:
            log.warning("upload_not_terminated", error=repr(error))


class Uploads:
    """The uploads bucket."""

    def __init__(self, client: storage.Client, bucket: str) -> None:
        self._bucket = client.bucket(bucket)

    def open_draft(self, name: str, content_type: str) -> ObjectDraft:
        return ObjectDraft(self._bucket.blob(name), content_type)


class Variants:
    """The variants bucket."""

    def __init__(self, client: storage.Client, bucket: str) -> None:
        self._bucket = client.bucket(bucket)
        self._prefix = f"gs://{bucket}/"

    def read(self, uri: str) -> Iterator[bytes]:
        """Return the object's bytes piece by piece, the first of them read already.

        Raises MissingObjectError, also for what lies elsewhere, and GoogleUnavailableError.
        """
        if not uri.startswith(self._prefix):
            raise MissingObjectError(uri)
        return read_pieces(self._bucket.blob(uri.removeprefix(self._prefix)))


def read_pieces(blob: storage.Blob) -> Iterator[bytes]:
    """Return the object's bytes piece by piece, the first of them read already.

    Raises MissingObjectError and GoogleUnavailableError.
    """
    reader = blob.open("rb", chunk_size=CHUNK_BYTES, retry=_RETRY)
    try:
        return _pieces(attempt(lambda: reader.read(CHUNK_BYTES)), reader)
    except GoogleUnavailableError as error:
        if isinstance(error.__cause__, NotFound):
            raise MissingObjectError(blob.name) from error
        raise


def _pieces(first: bytes, reader: Any) -> Iterator[bytes]:
    piece = first
    while piece:
        yield piece
        piece = attempt(lambda: reader.read(CHUNK_BYTES))


def attempt(act: Callable[[], Any]) -> Any:
    """Return the answer.  Raises GoogleUnavailableError where Cloud Storage is in trouble."""
    try:
        return act()
    except _TROUBLE as error:
        raise GoogleUnavailableError from error
