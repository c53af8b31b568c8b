"""Fetch one generation of an object into an unnamed file, within a budget of bytes."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Final

from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError
from google.auth.exceptions import GoogleAuthError
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.exceptions import RequestException

from safelight.errors import GoogleUnavailableError, OriginalGoneError, TooLargeError

_TRANSIENT: Final = (
    GoogleAPICallError,
    GoogleAuthError,
    RetryError,
    RequestException,
    DataCorruption,
    ConnectionError,
)
# Whoever asks retries as well; a long wait here would only hide the trouble.
_RETRY: Final = DEFAULT_RETRY.with_timeout(5.0)
_TIMEOUT_S: Final = 60


class Original:
    """The bytes of an object in a file, hashed as they arrive."""

    def __init__(self, file: IO[bytes], max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._sha256 = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        return self._sha256.hexdigest()

    def fileno(self) -> int:
        return self._file.fileno()

    def write(self, chunk: bytes) -> int:
        """Append; raises TooLargeError as soon as the budget is used up."""
        self.size += len(chunk)
        if self.size > self._max_bytes:
            raise TooLargeError(f"The file has more than {self._max_bytes:,} bytes.")
        self._sha256.update(chunk)
        return self._file.write(chunk)

    def seek(self, place: int) -> int:
        """Start over: the client does so when it must fetch a compressed object again."""
        self._sha256 = hashlib.sha256()
        self.size = 0
        self._file.truncate(place)
        return self._file.seek(place)

    def flush(self) -> None:
        self._file.flush()


class Originals:
    """The objects that pictures arrive as."""

    def __init__(self, client: storage.Client, max_bytes: int) -> None:
        self._client = client
        self._max_bytes = max_bytes

    @contextmanager
    def fetched(self, bucket: str, name: str, generation: int) -> Iterator[Original]:
        """Give the object's bytes for the time of the block.

        Raises OriginalGoneError, TooLargeError, or GoogleUnavailableError, which passes.
        """
        with tempfile.TemporaryFile() as file:
            original = Original(file, self._max_bytes)
            self._fetch(bucket, name, generation, original)
            original.flush()
            yield original

    def _fetch(self, bucket: str, name: str, generation: int, original: Original) -> None:
        blob = self._client.bucket(bucket).blob(name, generation=generation)
        try:
            blob.download_to_file(original, timeout=_TIMEOUT_S, retry=_RETRY)
        except NotFound as error:
            raise OriginalGoneError from error
        except _TRANSIENT as error:
            raise GoogleUnavailableError from error
