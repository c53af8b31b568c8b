"""Reads of documents and results of queries, in a transaction or not.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#batchgetdocumentsrequest
"""

from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.timestamp_pb2 import Timestamp

from localcloud.errors import invalid_argument, not_found
from localcloud.firestore.aggregation import aggregate, check_index, parse_aggregations
from localcloud.firestore.documents import Documents, Entry
from localcloud.firestore.field_paths import parse_path, project
from localcloud.firestore.locks import Locks
from localcloud.firestore.messages import (
    BatchGetDocumentsResponse,
    DocumentPb,
    RequestPb,
    ResponsePb,
    RunAggregationQueryResponse,
    RunQueryResponse,
)
from localcloud.firestore.paths import check_database, check_document, check_inside
from localcloud.firestore.queries import Query, Results, parse_query, run_query, run_query_gently
from localcloud.firestore.store import Store
from localcloud.firestore.transactions import Transaction, Transactions


@dataclass(frozen=True, slots=True)
class Consistency:
    """Which state a read sees, in which transaction, and whether that has just begun."""

    documents: Documents
    transaction: Transaction | None = None
    is_new: bool = False

    @property
    def new_transaction_id(self) -> bytes:
        return self.transaction.transaction_id if self.transaction and self.is_new else b""


class Reads:
    """Handles what reads without listing."""

    def __init__(self, store: Store, locks: Locks, transactions: Transactions) -> None:
        self._store = store
        self._locks = locks
        self._transactions = transactions

    async def get_document(self, request: RequestPb) -> DocumentPb:
        """Handle GetDocument (REST only: the clients use BatchGetDocuments)."""
        check_document(request.name)
        consistency = self.consistency(request)
        (entry,) = await self._fetch(consistency, [request.name])
        if entry is None:
            raise not_found(f'Document "{request.name}" not found.')
        return masked(entry.document, request)

    async def batch_get(self, request: RequestPb) -> AsyncIterator[ResponsePb]:
        """Handle BatchGetDocuments."""
        database, names = check_database(request.database), list(dict.fromkeys(request.documents))
        for name in names:
            check_inside(check_document(name), database)
        consistency = self.consistency(request)
        if consistency.is_new:
            yield BatchGetDocumentsResponse(transaction=consistency.new_transaction_id)
        entries = await self._fetch(consistency, names)
        read_at = self._store.tick()
        for name, entry in zip(names, entries, strict=True):
            response = BatchGetDocumentsResponse(read_time=read_at)
            if entry is None:
                response.missing = name
            else:
                response.found.CopyFrom(masked(entry.document, request))
            yield response

    async def run_query(self, request: RequestPb) -> AsyncIterator[ResponsePb]:
        """Handle RunQuery."""
        if not request.HasField("structured_query"):
            raise invalid_argument("only structured queries are supported")
        query = parse_query(request.parent, request.structured_query)
        consistency = self.consistency(request)
        if consistency.is_new:
            yield RunQueryResponse(transaction=consistency.new_transaction_id)
        results = await self._query(consistency, query)
        for response in _query_responses(query, results, self._store.tick()):
            yield response

    async def run_aggregation_query(self, request: RequestPb) -> AsyncIterator[ResponsePb]:
        """Handle RunAggregationQuery."""
        message = request.structured_aggregation_query
        aggregations = parse_aggregations(message.aggregations)
        query = parse_query(request.parent, message.structured_query)
        check_index(aggregations, message.structured_query)
        consistency = self.consistency(request)
        results = await self._query(consistency, query)
        yield RunAggregationQueryResponse(
            result=aggregate(aggregations, results.entries),
            transaction=consistency.new_transaction_id,
            read_time=self._store.tick(),
        )

    def consistency(self, request: RequestPb) -> Consistency:
        """Return what the request's consistency selector asks for."""
        match request.WhichOneof("consistency_selector"):
            case "transaction":
                transaction = self._transactions.find(request.transaction)
                return self._within(transaction, is_new=False)
            case "new_transaction":
                transaction = self._transactions.begin(request.new_transaction)
                return self._within(transaction, is_new=True)
            case "read_time":
                self._store.check_read_time(request.read_time)
        return Consistency(self._store.index)

    def _within(self, transaction: Transaction, *, is_new: bool) -> Consistency:
        documents = transaction.snapshot or self._store.index
        return Consistency(documents, transaction, is_new)

    async def _fetch(self, consistency: Consistency, names: Sequence[str]) -> list[Entry | None]:
        transaction, documents = consistency.transaction, consistency.documents
        if transaction is not None and not transaction.read_only:
            # Without the lock it goes on: the check at commit finds out what has changed.
            await self._locks.acquire(transaction, names)
            transaction.note(documents, names)
        return [documents.get(name) for name in names]

    async def _query(self, consistency: Consistency, query: Query) -> Results:
        transaction, documents = consistency.transaction, consistency.documents
        results = await run_query_gently(query, documents)
        if transaction is None or transaction.read_only:
            return results
        await self._locks.acquire(transaction, [entry.name for entry in results.entries])
        results = run_query(query, documents)
        transaction.note(documents, [entry.name for entry in results.entries])
        transaction.queries.append((query, results.entries))
        return results


def masked(document: DocumentPb, request: RequestPb) -> DocumentPb:
    """Return the fields of the document that the request's mask asks for."""
    if not request.HasField("mask"):
        return document
    return project(document, [parse_path(path) for path in request.mask.field_paths])


def _query_responses(query: Query, results: Results, read_at: Timestamp) -> Iterator[ResponsePb]:
    """Yield one per document, the last of them ``done``; without any, the time alone."""
    if not results.entries:
        yield RunQueryResponse(read_time=read_at, skipped_results=results.skipped, done=True)
    last = len(results.entries) - 1
    for position, entry in enumerate(results.entries):
        response = RunQueryResponse(document=_selected(query, entry), read_time=read_at)
        if position == 0:
            response.skipped_results = results.skipped
        if position == last:
            response.done = True
        yield response


def _selected(query: Query, entry: Entry) -> DocumentPb:
    if query.projection is None:
        return entry.document
    return project(entry.document, query.projection)
