"""Fetches one generation of an original into an open file, outside of our own heap."""

import os
import sys
import tempfile
from typing import IO, cast

from google.api_core.exceptions import NotFound
from google.cloud.storage import Client

from picture.refusals import Refusal
from safelight.errors import OriginalGoneError
from thumbnailer.patience import RETRY


class Originals:
    """The buckets of originals, to be read only."""

    def __init__(self, client: Client, max_bytes: int) -> None:
        self._client = client
        self._max_bytes = max_bytes

    def fetch(self, bucket: str, name: str, generation: int) -> IO[bytes]:
        """Return the bytes of exactly this generation; the client compares their checksum.

        Raises OriginalGoneError, Refusal, and the client's errors.
        """
        blob = self._client.bucket(bucket).blob(name, generation=generation)
        target = _open_file()
        try:
            bounded = _Bounded(target, self._max_bytes)
            blob.download_to_file(bounded, checksum="crc32c", retry=RETRY)
        except NotFound as error:
            target.close()
            raise OriginalGoneError from error
        except BaseException:
            target.close()
            raise
        target.flush()
        return target


class _Bounded:
    """A file that refuses to grow above a limit, whatever size was declared."""

    def __init__(self, target: IO[bytes], max_bytes: int) -> None:
        self._target = target
        self._max_bytes = max_bytes
        self._written = 0

    def write(self, chunk: bytes) -> int:
        self._written += len(chunk)
        if self._written > self._max_bytes:
            raise Refusal("too_large", actual=self._written, allowed=self._max_bytes)
        return self._target.write(chunk)

    def tell(self) -> int:
        return self._target.tell()


def _open_file() -> IO[bytes]:
    """Return a file without a name: in memory where the system has that."""
    if sys.platform == "linux":
        return cast("IO[bytes]", os.fdopen(os.memfd_create("original"), "w+b"))
    return cast("IO[bytes]", tempfile.TemporaryFile())
