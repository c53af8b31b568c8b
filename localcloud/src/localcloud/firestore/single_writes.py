"""The methods that write one document, which only REST callers use.

https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents
"""

import secrets
import string

from google.protobuf.empty_pb2 import Empty

from localcloud.errors import invalid_argument
from localcloud.firestore.commits import Commits
from localcloud.firestore.messages import DocumentPb, RequestPb, Write, WritePb
from localcloud.firestore.paths import check_collection_id, check_parent
from localcloud.firestore.reads import masked
from localcloud.firestore.store import Store
from localcloud.firestore.writes import parse_write

_ID_LETTERS = string.ascii_letters + string.digits
_ID_LENGTH = 20


class SingleWrites:
    """Handles CreateDocument, UpdateDocument and DeleteDocument."""

    def __init__(self, store: Store, commits: Commits) -> None:
        self._store = store
        self._commits = commits

    async def create(self, request: RequestPb) -> DocumentPb:
        """Handle CreateDocument."""
        check_parent(request.parent)
        if request.document.name:
            raise invalid_argument("document.name must not be set")
        if not request.collection_id:
            raise invalid_argument("collectionId is the empty string.")
        check_collection_id(request.collection_id)
        document_id = request.document_id or _random_id()
        write = Write(update=request.document)
        write.update.name = f"{request.parent}/{request.collection_id}/{document_id}"
        write.current_document.exists = False
        return await self._written(write, request)

    async def update(self, request: RequestPb) -> DocumentPb:
        """Handle UpdateDocument."""
        write = Write(update=request.document)
        if request.HasField("update_mask"):
            write.update_mask.CopyFrom(request.update_mask)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        return await self._written(write, request)

    async def delete(self, request: RequestPb) -> Empty:
        """Handle DeleteDocument."""
        write = Write(delete=request.name)
        if request.HasField("current_document"):
            write.current_document.CopyFrom(request.current_document)
        await self._commits.apply([parse_write(write)])
        return Empty()

    async def _written(self, write: WritePb, request: RequestPb) -> DocumentPb:
        """Nothing runs between the commit and the look at its result."""
        await self._commits.apply([parse_write(write)])
        entry = self._store.index.get(write.update.name)
        if entry is None:
            message = f"{write.update.name} is gone right after it was written"
            raise RuntimeError(message)
        return masked(entry.document, request)


def _random_id() -> str:
    return "".join(secrets.choice(_ID_LETTERS) for _ in range(_ID_LENGTH))
