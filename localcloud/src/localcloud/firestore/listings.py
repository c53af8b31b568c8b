"""Lists of documents and of collections, page by page; split points of a query.

https://cloud.google.com/firestore/docs/reference/rest/v1/projects.databases.documents/list
"""

import base64
import binascii
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.errors import invalid_argument
from localcloud.firestore.documents import Documents, Scope
from localcloud.firestore.field_paths import NAME
from localcloud.firestore.messages import (
    Cursor,
    Document,
    DocumentPb,
    ListCollectionIdsResponse,
    ListDocumentsResponse,
    PartitionQueryResponse,
    RequestPb,
    ResponsePb,
    StructuredQuery,
    Value,
)
from localcloud.firestore.orders import Order
from localcloud.firestore.paths import check_collection_id, check_parent, order_key
from localcloud.firestore.queries import parse_query, run_query
from localcloud.firestore.reads import Reads, masked
from localcloud.firestore.store import Store

# As measured with Google's emulator; the reference does not say.
DEFAULT_PAGE, MAX_PAGE = 30, 150
_DIRECTIONS = {"": "ASCENDING", "asc": "ASCENDING", "desc": "DESCENDING"}


SortKey = Callable[[str], Any]


@dataclass(frozen=True, slots=True)
class Page:
    """Some of a list, and where to go on (empty: at the end)."""

    names: list[str]
    next_token: str


class Listings:
    """Handles what lists."""

    def __init__(self, store: Store, reads: Reads) -> None:
        self._store = store
        self._reads = reads

    async def list_documents(self, request: RequestPb) -> ResponsePb:
        """Handle ListDocuments."""
        parent = check_parent(request.parent)
        check_collection_id(request.collection_id)
        if request.show_missing and request.order_by:
            raise invalid_argument("cannot specify an order when show_missing is true")
        documents = self._reads.consistency(request).documents
        query = parse_query(parent, _listing_query(request))
        names = [entry.name for entry in run_query(query, documents).entries]
        if request.show_missing:
            scope = query.scope
            names = sorted({*names, *self._missing(scope)}, key=order_key)
        sort_key = None if request.order_by else order_key
        page = paginate(names, request, DEFAULT_PAGE, sort_key)
        listed = [_listed(documents, name, request) for name in page.names]
        return ListDocumentsResponse(documents=listed, next_page_token=page.next_token)

    async def list_collection_ids(self, request: RequestPb) -> ResponsePb:
        """Handle ListCollectionIds."""
        prefix = f"{check_parent(request.parent)}/"
        below = (c for c in self._store.index.collections() if c.startswith(prefix))
        ids = sorted({path.removeprefix(prefix).partition("/")[0] for path in below})
        page = paginate(ids, request, len(ids), str)
        return ListCollectionIdsResponse(collection_ids=page.names, next_page_token=page.next_token)

    async def partition_query(self, request: RequestPb) -> ResponsePb:
        """Handle PartitionQuery: evenly spaced documents, at which the query may be split."""
        query = parse_query(request.parent, request.structured_query)
        if query.orders != (Order(NAME, descending=False),) or not query.scope.all_descendants:
            raise invalid_argument(
                "A partition query must be a collection group query ordered by __name__ ascending."
            )
        if request.partition_count <= 0:
            raise invalid_argument("partition_count must be positive")
        names = [entry.name for entry in run_query(query, self._store.index).entries]
        count = min(request.partition_count, max(len(names) - 1, 0))
        points = [names[len(names) * (i + 1) // (count + 1)] for i in range(count)]
        cursors = [Cursor(values=[Value(reference_value=name)], before=True) for name in points]
        return PartitionQueryResponse(partitions=cursors)

    def _missing(self, scope: Scope) -> set[str]:
        """Return the names in scope that have documents below them."""
        prefix = f"{scope.parent}/"
        names = set()
        for collection in self._store.index.collections():
            segments = collection.removeprefix(prefix).split("/")
            is_below = collection.startswith(prefix) and len(segments) > 1
            if is_below and scope.collection_id in ("", segments[0]):
                names.add(prefix + "/".join(segments[:2]))
        return names


def paginate(
    names: Sequence[str], request: RequestPb, default: int, sort_key: SortKey | None
) -> Page:
    """Return the page that the request asks for; names are in the order of the key, if any."""
    if request.page_size < 0:
        raise invalid_argument("Page size must be nonnegative.")
    size = min(request.page_size, MAX_PAGE) or default
    first = _position_after(names, request.page_token, sort_key) if request.page_token else 0
    page = list(names[first : first + size])
    more = first + size < len(names)
    return Page(page, _token(first + size, page[-1]) if more else "")


def _token(position: int, name: str) -> str:
    return base64.urlsafe_b64encode(f"{position}:{name}".encode()).decode()


def _position_after(names: Sequence[str], token: str, sort_key: SortKey | None) -> int:
    """Return where the list goes on after the token's name, which may have gone since."""
    try:
        text = base64.b64decode(token, altchars=b"-_", validate=True).decode()
        position, _, name = text.partition(":")
        position_then = int(position)
    except (binascii.Error, ValueError) as error:
        raise invalid_argument("invalid page token") from error
    if sort_key is not None:
        return bisect_right(names, sort_key(name), key=sort_key)
    return names.index(name) + 1 if name in names else position_then - 1


def _listing_query(request: RequestPb) -> ResponsePb:
    query = StructuredQuery(from_=[{"collection_id": request.collection_id}])
    for term in request.order_by.split(",") if request.order_by else ():
        field, _, direction = term.strip().partition(" ")
        if direction.strip().lower() not in _DIRECTIONS:
            raise invalid_argument(f'Invalid order by clause "{term.strip()}".')
        order = query.order_by.add(direction=_DIRECTIONS[direction.strip().lower()])
        order.field.field_path = field
    return query


def _listed(documents: Documents, name: str, request: RequestPb) -> DocumentPb:
    """Return the document; a missing one has a name and nothing else."""
    entry = documents.get(name)
    return Document(name=name) if entry is None else masked(entry.document, request)
