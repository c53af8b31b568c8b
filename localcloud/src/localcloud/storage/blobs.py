"""The bytes of objects: files that are written once, under names of their own.

A row in the database is what makes a file part of an object.  A file that no row
names is an orphan, left by a kill, and swept at the next start.
"""

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from uuid import uuid4

from localcloud.storage.checksums import Digest

CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True, slots=True)
class Blob:
    """A finished file; ``md5`` is missing and ``components`` set when it was composed."""

    key: str
    size: int
    crc32c: str
    md5: str | None
    components: int | None = None


class Blobs:
    """The folder of files."""

    def __init__(self, folder: Path) -> None:
        self._incoming = folder / "incoming"
        self._kept = folder / "kept"
        self._incoming.mkdir(parents=True, exist_ok=True)
        self._kept.mkdir(exist_ok=True)

    def writer(self) -> "BlobWriter":
        """Return a new file to write; leaving the context unfinished throws it away."""
        key = uuid4().hex
        return BlobWriter(key, self._incoming / key, self.path(key))

    def adopt(self, file: Path, digest: Digest) -> Blob:
        """Return a blob with the bytes of a whole file, which stays where it is, too."""
        key = uuid4().hex
        self.path(key).hardlink_to(file)
        return Blob(key, digest.size, digest.crc32c, digest.md5)

    def path(self, key: str) -> Path:
        return self._kept / key

    def open(self, key: str) -> BinaryIO:
        """Return the open file; it stays readable when the blob is dropped."""
        return self.path(key).open("rb")

    def drop(self, key: str) -> None:
        self.path(key).unlink(missing_ok=True)

    def sweep(self, known: Collection[str]) -> None:
        """Remove what no row names."""
        for file in self._incoming.iterdir():
            file.unlink()
        for file in self._kept.iterdir():
            if file.name not in known:
                file.unlink()


class BlobWriter:
    """A file that is being written and hashed."""

    def __init__(self, key: str, incoming: Path, kept: Path) -> None:
        self._key = key
        self._incoming = incoming
        self._kept = kept
        self._file = incoming.open("xb", buffering=0)
        self._digest = Digest()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._file.close()
        self._incoming.unlink(missing_ok=True)

    @property
    def size(self) -> int:
        return self._digest.size

    def write(self, data: bytes) -> None:
        write_all(self._file.fileno(), data)
        self._digest.update(data)

    def finish(self) -> Blob:
        """Move the file to where it stays."""
        self._file.close()
        self._incoming.rename(self._kept)
        return Blob(self._key, self._digest.size, self._digest.crc32c, self._digest.md5)


def write_all(descriptor: int, data: bytes) -> None:
    """Write every byte: one call of the system may take fewer."""
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def chunks(file: BinaryIO, start: int, length: int) -> Iterator[bytes]:
    """Yield a part of an open file, never more than CHUNK_BYTES in memory."""
    file.seek(start)
    while length > 0 and (data := file.read(min(CHUNK_BYTES, length))):
        length -= len(data)
        yield data
