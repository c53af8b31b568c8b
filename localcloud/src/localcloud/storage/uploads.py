"""Resumable uploads: sessions and the bytes received so far, both on disk.

https://cloud.google.com/storage/docs/resumable-uploads
"""

import asyncio
import json
import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from localcloud.clock import Clock
from localcloud.storage.blobs import CHUNK_BYTES, Blob, Blobs, write_all
from localcloud.storage.checksums import Digest
from localcloud.storage.drafts import Draft, draft_from_json
from localcloud.storage.errors import StorageError, invalid

# Cloud Storage acknowledges whole granules of an upload that goes on.
GRANULE_BYTES = 256 * 1024
SESSION_AGE_S = 7 * 24 * 3600


@dataclass(frozen=True, slots=True)
class Upload:
    """A session; ``generation`` is set once the object exists."""

    id: str
    created: float
    draft: Draft
    total: int | None
    generation: int | None
    origin: str | None


class Uploads:
    """The sessions that are open, and those that are done."""

    def __init__(
        self, database: sqlite3.Connection, clock: Clock, blobs: Blobs, folder: Path
    ) -> None:
        self._database = database
        self._clock = clock
        self._blobs = blobs
        self._folder = folder
        self._digests: dict[str, Digest] = {}
        folder.mkdir(parents=True, exist_ok=True)

    def begin(self, draft: Draft, total: int | None, origin: str | None = None) -> Upload:
        """Return a new session.  ``origin`` is that of the page that began it."""
        upload = Upload(uuid4().hex, self._clock.time(), draft, total, None, origin)
        self._file(upload).touch()
        self._save(upload)
        return upload

    def get(self, upload_id: str) -> Upload:
        """Return a session.  Raises StorageError where it is unknown or too old."""
        row = self._database.execute("SELECT * FROM upload WHERE id = ?", (upload_id,)).fetchone()
        if row is None:
            raise StorageError(404, "notFound", "No such upload session.")
        upload = Upload(row[0], row[1], draft_from_json(json.loads(row[2])), *row[3:])
        if self._clock.time() > upload.created + SESSION_AGE_S:
            raise StorageError(410, "gone", "The upload session has expired.")
        return upload

    def received(self, upload: Upload) -> int:
        """Return how many bytes are on disk."""
        file = self._file(upload)
        return file.stat().st_size if file.exists() else 0

    async def prepare(self, upload: Upload) -> None:
        """Have the checksums of what is there: after a start they come from the file."""
        if not self._has_digest(upload):
            self._digests[upload.id] = await asyncio.to_thread(_digest_of, self._file(upload))

    def append(self, upload: Upload, offset: int, data: bytes) -> int:
        """Add what is new of the bytes at ``offset``; return the offset behind them.

        Bytes that arrive twice, even at the same time, are kept once.
        Raises StorageError where bytes before them are missing.
        """
        received = self.received(upload)
        if offset > received:
            raise invalid(
                f"Invalid request. According to the Content-Range header, the upload offset is "
                f"{offset} byte(s), which exceeds already uploaded size of {received} byte(s)."
            )
        new = data[received - offset :]
        if new:
            with self._file(upload).open("ab", buffering=0) as file:
                write_all(file.fileno(), new)
            self._digests[upload.id].update(new)
        return offset + len(data)

    def finish(self, upload: Upload) -> Blob:
        """Return everything received as a blob."""
        return self._blobs.adopt(self._file(upload), self._digests[upload.id])

    def settle(self, upload: Upload, generation: int) -> None:
        """Remember the object that the session became, to answer who asks again."""
        self._save(replace(upload, generation=generation))

    def drop(self, upload: Upload) -> None:
        """Remove the bytes; the blob has them."""
        self._digests.pop(upload.id, None)
        self._file(upload).unlink(missing_ok=True)

    def abandon(self, upload: Upload) -> None:
        """Forget a session and its bytes."""
        self.drop(upload)
        self._database.execute("DELETE FROM upload WHERE id = ?", (upload.id,))

    def sweep(self) -> None:
        """Forget sessions that are too old, and files without a session."""
        oldest = self._clock.time() - SESSION_AGE_S
        self._database.execute("DELETE FROM upload WHERE created < ?", (oldest,))
        query = "SELECT id FROM upload WHERE generation IS NULL"
        known = {row[0] for row in self._database.execute(query)}
        for file in self._folder.iterdir():
            if file.name not in known:
                file.unlink()

    def _has_digest(self, upload: Upload) -> bool:
        digest = self._digests.get(upload.id)
        return digest is not None and digest.size == self.received(upload)

    def _file(self, upload: Upload) -> Path:
        return self._folder / upload.id

    def _save(self, upload: Upload) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO upload VALUES (?, ?, ?, ?, ?, ?)",
            (
                upload.id,
                upload.created,
                json.dumps(upload.draft.to_json()),
                upload.total,
                upload.generation,
                upload.origin,
            ),
        )


def _digest_of(path: Path) -> Digest:
    digest = Digest()
    with path.open("rb", buffering=0) as file:
        while data := file.read(CHUNK_BYTES):
            digest.update(data)
    return digest
