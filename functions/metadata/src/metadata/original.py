"""Fetch one generation of an object into an unnamed file, within a budget of bytes."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import IO, Final

from google.api_core.exceptions import GoogleAPICallError, NotFound, RetryError
from google.auth.exceptions import GoogleAuthError
from google.cloud import storage
from google.cloud.storage.exceptions import DataCorruption
from google.cloud.storage.retry import DEFAULT_RETRY
from requests.exceptions import RequestException

from safelight.errors import GoogleUnavailableError, OriginalGoneError, TooLargeError

TRANSIENT: Final = (
    GoogleAPICallError,
    GoogleAuthError,
    RetryError,
    RequestException,
    DataCorruption,
    ConnectionError,
)
# Whoever asks retries as well; a long wait here would only hide the trouble.
RETRY: Final = DEFAULT_RETRY.with_timeout(5.0)
TIMEOUT_S: Final = 60


@dataclass(frozen=True, slots=True)
class Source:
    """One generation of an object."""

    bucket: str
    name: str
    generation: int

    @property
    def uri(self) -> str:
        return f"gs://{self.bucket}/{self.name}"


class Original:
    """The bytes of an object in a file, hashed as they arrive."""

    def __init__(self, file: IO[bytes], max_bytes: int) -> None:
        self._file = file
        self._max_bytes = max_bytes
        self._sha256 = hashlib.sha256()
        self.size = 0
        self.is_stored_plain = True
        """Whether the object has just these bytes, and is not compressed."""

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
    def fetched(self, source: Source) -> Iterator[Original]:
        """Give the object's bytes for the time of the block.

        Raises OriginalGoneError, TooLargeError, or GoogleUnavailableError, which passes.
        """
        with tempfile.TemporaryFile() as file:
            original = Original(file, self._max_bytes)
            self._fetch(source, original)
            original.flush()
            yield original

    def is_live(self, source: Source) -> bool:
        """Tell whether this generation is what the object's name leads to.

        No generation comes back: if it is live now, it was so ever since it was fetched.
        Raises GoogleUnavailableError, which passes.
        """
        try:
            live = self._client.bucket(source.bucket).get_blob(
                source.name, timeout=TIMEOUT_S, retry=RETRY
            )
        except TRANSIENT as error:
            raise GoogleUnavailableError from error
        return live is not None and int(live.generation or 0) == source.generation

    def _fetch(self, source: Source, original: Original) -> None:
        bucket = self._client.bucket(source.bucket)
        blob = bucket.blob(source.name, generation=source.generation)
        try:
            blob.download_to_file(original, timeout=TIMEOUT_S, retry=RETRY)
        except NotFound as error:
            raise OriginalGoneError from error
        except TRANSIENT as error:
            raise GoogleUnavailableError from error
        original.is_stored_plain = blob.content_encoding in {None, "", "identity"}
