"""The table of methods of google.firestore.v1.Firestore, for gRPC and REST.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1
https://cloud.google.com/firestore/docs/reference/rest
"""

from collections.abc import AsyncIterator

from google.cloud.firestore_v1.types import firestore as types
from google.protobuf.empty_pb2 import Empty

from localcloud.firestore.commits import Commits
from localcloud.firestore.listen import listen
from localcloud.firestore.listings import Listings
from localcloud.firestore.locks import Locks
from localcloud.firestore.messages import BeginTransactionResponse, RequestPb, ResponsePb
from localcloud.firestore.paths import check_database
from localcloud.firestore.reads import Reads
from localcloud.firestore.single_writes import SingleWrites
from localcloud.firestore.store import Store
from localcloud.firestore.transactions import Transactions
from localcloud.rpc import Http, Service

NAME = "google.firestore.v1.Firestore"

_DATABASE = "/v1/{database=projects/*/databases/*}/documents"
# Whether a path names a document or a collection shows in its length only, which
# ``**`` cannot say, so REST has one rule for each depth; gRPC has no such limit.
_REST_DEPTH = 20


def service(store: Store) -> Service:
    """Return the methods over the store."""
    locks = Locks()
    transactions = Transactions(store, locks)
    commits = Commits(store, locks, transactions)
    reads = Reads(store, locks, transactions)
    table = Service(NAME)
    _add_commits(table, commits)
    _add_transactions(table, transactions)
    _add_reads(table, reads)
    _add_listings(table, Listings(store, reads))
    _add_single_writes(table, SingleWrites(store, commits))

    async def clear_data(request: RequestPb) -> Empty:
        store.clear(f"{request.name}/")
        return Empty()

    def listening(requests: AsyncIterator[RequestPb]) -> AsyncIterator[ResponsePb]:
        return listen(store, requests)

    table.bidi("Listen", types.ListenRequest, listening)
    # Not of the API, but of Google's emulator, whose users call it between tests.
    # https://firebase.google.com/docs/emulator-suite/connect_firestore#clear_your_database_between_tests
    table.unary(
        "ClearData",
        types.DeleteDocumentRequest,
        clear_data,
        Http("DELETE", "/emulator/v1/{name=projects/*/databases/*/documents}"),
    )
    return table


def _add_commits(table: Service, commits: Commits) -> None:
    table.unary(
        "Commit", types.CommitRequest, commits.commit, Http("POST", f"{_DATABASE}:commit", "*")
    )
    table.unary(
        "BatchWrite",
        types.BatchWriteRequest,
        commits.batch_write,
        Http("POST", f"{_DATABASE}:batchWrite", "*"),
    )


def _add_transactions(table: Service, transactions: Transactions) -> None:
    async def begin(request: RequestPb) -> ResponsePb:
        check_database(request.database)
        transaction = transactions.begin(request.options)
        return BeginTransactionResponse(transaction=transaction.transaction_id)

    async def roll_back(request: RequestPb) -> Empty:
        check_database(request.database)
        transactions.roll_back(request.transaction)
        return Empty()

    table.unary(
        "BeginTransaction",
        types.BeginTransactionRequest,
        begin,
        Http("POST", f"{_DATABASE}:beginTransaction", "*"),
    )
    table.unary(
        "Rollback", types.RollbackRequest, roll_back, Http("POST", f"{_DATABASE}:rollback", "*")
    )


def _add_reads(table: Service, reads: Reads) -> None:
    table.unary(
        "GetDocument", types.GetDocumentRequest, reads.get_document, *_document_rules("GET", "name")
    )
    table.server_stream(
        "BatchGetDocuments",
        types.BatchGetDocumentsRequest,
        reads.batch_get,
        Http("POST", f"{_DATABASE}:batchGet", "*"),
    )
    table.server_stream(
        "RunQuery", types.RunQueryRequest, reads.run_query, *_parent_rules("runQuery")
    )
    table.server_stream(
        "RunAggregationQuery",
        types.RunAggregationQueryRequest,
        reads.run_aggregation_query,
        *_parent_rules("runAggregationQuery"),
    )


def _add_listings(table: Service, listings: Listings) -> None:
    table.unary(
        "ListDocuments",
        types.ListDocumentsRequest,
        listings.list_documents,
        *_collection_rules("GET"),
    )
    table.unary(
        "ListCollectionIds",
        types.ListCollectionIdsRequest,
        listings.list_collection_ids,
        *_parent_rules("listCollectionIds"),
    )
    table.unary(
        "PartitionQuery",
        types.PartitionQueryRequest,
        listings.partition_query,
        *_parent_rules("partitionQuery"),
    )


def _add_single_writes(table: Service, writes: SingleWrites) -> None:
    table.unary(
        "CreateDocument",
        types.CreateDocumentRequest,
        writes.create,
        *_collection_rules("POST", "document"),
    )
    table.unary(
        "UpdateDocument",
        types.UpdateDocumentRequest,
        writes.update,
        *_document_rules("PATCH", "document.name", "document"),
    )
    table.unary(
        "DeleteDocument",
        types.DeleteDocumentRequest,
        writes.delete,
        *_document_rules("DELETE", "name"),
    )


def _document_rules(verb: str, field: str, body: str | None = None) -> tuple[Http, ...]:
    root = "projects/*/databases/*/documents"
    return tuple(
        Http(verb, f"/v1/{{{field}={root}{'/*/*' * depth}}}", body)
        for depth in range(1, _REST_DEPTH + 1)
    )


def _collection_rules(verb: str, body: str | None = None) -> tuple[Http, ...]:
    root = "projects/*/databases/*/documents"
    return tuple(
        Http(verb, f"/v1/{{parent={root}{'/*/*' * depth}}}/{{collection_id}}", body)
        for depth in range(_REST_DEPTH)
    )


def _parent_rules(verb: str) -> tuple[Http, ...]:
    root = "projects/*/databases/*/documents"
    return (
        Http("POST", f"/v1/{{parent={root}}}:{verb}", "*"),
        Http("POST", f"/v1/{{parent={root}/*/**}}:{verb}", "*"),
    )
