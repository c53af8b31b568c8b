"""gzip, decompressed in pieces: a small input may stand for a very large output.

https://cloud.google.com/storage/docs/transcoding
"""

import zlib
from collections.abc import Iterator

from localcloud.storage.blobs import CHUNK_BYTES
from localcloud.storage.errors import invalid

_GZIP_WINDOW = 16 + zlib.MAX_WBITS


class Inflate:
    """Takes compressed pieces and gives plain ones of at most CHUNK_BYTES."""

    def __init__(self) -> None:
        self._decompress = zlib.decompressobj(_GZIP_WINDOW)

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Yield what the data holds.  Raises StorageError where it is not gzip."""
        try:
            while data:
                yield self._decompress.decompress(data, CHUNK_BYTES)
                data = self._decompress.unconsumed_tail
        except zlib.error as error:
            raise invalid(f"The body is not valid gzip: {error}") from error
