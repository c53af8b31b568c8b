"""All that Cloud Storage keeps: one SQLite file and a folder of blobs.

Belongs to one event loop and its thread.
"""

import asyncio
from pathlib import Path

from localcloud.clock import Clock
from localcloud.database import open_database
from localcloud.storage.blobs import Blobs
from localcloud.storage.buckets import Buckets
from localcloud.storage.checksums import Expected
from localcloud.storage.copying import compose, copy_object
from localcloud.storage.drafts import Draft
from localcloud.storage.errors import StorageError
from localcloud.storage.events import Events
from localcloud.storage.listing import Page, Selection, list_objects
from localcloud.storage.notifications import Notifications
from localcloud.storage.objects import Objects
from localcloud.storage.resources import StoredObject
from localcloud.storage.tables import SCHEMA
from localcloud.storage.uploads import Upload, Uploads


class Storage:
    """Buckets, objects, uploads in progress, and the events that tell of them."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._database = open_database(folder / "storage.db", SCHEMA)
        self.clock = clock
        self.blobs = Blobs(folder / "blobs")
        self.events = Events(self._database)
        self.buckets = Buckets(self._database, clock)
        self.objects = Objects(self._database, clock, self.blobs, self.buckets, self.events)
        self.uploads = Uploads(self._database, clock, self.blobs, folder / "uploads")
        self.notifications = Notifications(self._database)
        self._sweep()

    def close(self) -> None:
        self._database.close()

    def page(self, selection: Selection) -> Page:
        """Return a page of a bucket's objects.  Raises StorageError (404)."""
        self.buckets.get(selection.bucket)
        return list_objects(self._database, selection)

    def copy(self, source: StoredObject, draft: Draft) -> StoredObject:
        return copy_object(self.objects, source, draft)

    async def compose(self, sources: list[StoredObject], draft: Draft) -> StoredObject:
        """Return a new object with the bytes of the sources one behind the other."""
        self.objects.check(draft)
        files = [(source, self.blobs.open(source.blob)) for source in sources]
        blob = await asyncio.to_thread(compose, self.blobs, files)
        return self.objects.insert(draft, blob)

    async def finish(self, upload: Upload, expected: Expected) -> StoredObject:
        """Return the object that an upload has become."""
        await self.uploads.prepare(upload)
        upload = self.uploads.get(upload.id)
        if upload.generation is not None:
            return self.objects.get(upload.draft.bucket, upload.draft.name, upload.generation)
        blob = self.uploads.finish(upload)
        try:
            stored = self.objects.insert(
                upload.draft.expecting(expected),
                blob,
                lambda stored: self.uploads.settle(upload, stored.generation),
            )
        except StorageError:
            self.uploads.abandon(upload)
            raise
        self.uploads.drop(upload)
        return stored

    async def read(self, bucket: str, name: str, generation: int | None = None) -> bytes:
        """Return an object's bytes.  Raises LookupError where there is none."""
        stored = self.objects.find(bucket, name, generation)
        if stored is None:
            raise LookupError(f"No such object: {bucket}/{name}")
        with self.blobs.open(stored.blob) as file:
            return await asyncio.to_thread(file.read)

    def _sweep(self) -> None:
        rows = self._database.execute("SELECT DISTINCT blob FROM object")
        self.blobs.sweep({row[0] for row in rows})
        self.uploads.sweep()
