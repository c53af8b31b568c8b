"""New objects from those that are there: copies and compositions.

https://cloud.google.com/storage/docs/json_api/v1/objects/rewrite
https://cloud.google.com/storage/docs/composite-objects
"""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import BinaryIO

from localcloud.storage.blobs import Blob, Blobs, chunks
from localcloud.storage.drafts import Draft
from localcloud.storage.objects import Objects
from localcloud.storage.resources import Json, StoredObject

MAX_COMPONENTS = 32
# A copy takes these from its source where the request names no properties.
_NOT_COPIED = frozenset({"eventBasedHold", "storageClass", "temporaryHold"})


def copy_object(objects: Objects, source: StoredObject, draft: Draft) -> StoredObject:
    """Return a new object with the same bytes: no byte moves, both share the file."""
    blob = Blob(source.blob, source.size, source.crc32c, source.md5, source.components)
    return objects.insert(draft, blob)


def copied_properties(source: StoredObject) -> Json:
    return {k: v for k, v in source.properties.items() if k not in _NOT_COPIED}


def compose(blobs: Blobs, sources: Sequence[tuple[StoredObject, BinaryIO]]) -> Blob:
    """Return the open sources' bytes in one file.  Slow: belongs into a thread."""
    with ExitStack() as stack:
        writer = stack.enter_context(blobs.writer())
        for _, file in sources:
            stack.enter_context(file)
        for source, file in sources:
            for data in chunks(file, 0, source.size):
                writer.write(data)
        blob = writer.finish()
    return replace(blob, md5=None, components=sum(s.components or 1 for s, _ in sources))
