"""Commits: writes become visible together, or not at all.

https://cloud.google.com/firestore/docs/reference/rpc/google.firestore.v1#commitrequest
"""

from collections.abc import Mapping, Sequence

import grpc
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import status_pb2

from localcloud.errors import RpcError, invalid_argument
from localcloud.firestore.locks import Holder, Locks
from localcloud.firestore.messages import (
    BatchWriteResponse,
    CommitResponse,
    DocumentPb,
    RequestPb,
    ResponsePb,
    WriteResult,
    WriteResultPb,
)
from localcloud.firestore.paths import check_database
from localcloud.firestore.store import Store
from localcloud.firestore.transactions import Transaction, Transactions
from localcloud.firestore.writes import Outcome, ParsedWrite, apply_write, parse_writes

# https://cloud.google.com/firestore/quotas#writes_and_transactions says 10 MiB; the API
# refuses above 11.
MAX_REQUEST_BYTES = 11 * 1024 * 1024


class Commits:
    """Applies writes to a store, after waiting for whoever has locked the documents."""

    def __init__(self, store: Store, locks: Locks, transactions: Transactions) -> None:
        self._store = store
        self._locks = locks
        self._transactions = transactions

    async def commit(self, request: RequestPb) -> ResponsePb:
        """Handle Commit."""
        _check_request_size(request)
        writes = parse_writes(request.writes, check_database(request.database))
        if request.transaction:
            transaction = self._transactions.find(request.transaction)
            results, at = await self._commit_transaction(transaction, writes)
        else:
            results, at = await self.apply(writes)
        return CommitResponse(write_results=results, commit_time=at)

    async def batch_write(self, request: RequestPb) -> ResponsePb:
        """Handle BatchWrite: each write succeeds or fails by itself."""
        _check_request_size(request)
        writes = parse_writes(request.writes, check_database(request.database))
        if len({write.name for write in writes}) < len(writes):
            raise invalid_argument(
                "the same document cannot be written more than once in a single request"
            )
        response = BatchWriteResponse()
        for write in writes:
            result, status = await self._apply_alone(write)
            response.write_results.append(result)
            response.status.append(status)
        return response

    async def apply(self, writes: Sequence[ParsedWrite]) -> tuple[list[WriteResultPb], Timestamp]:
        """Apply the writes outside of any transaction."""
        holder = Holder()
        self._transactions.expire()
        try:
            if not await self._locks.acquire(holder, [write.name for write in writes]):
                raise RpcError(grpc.StatusCode.ABORTED, "Transaction lock timeout.")
            return self._apply_now(writes)
        finally:
            self._locks.release(holder)

    async def _commit_transaction(
        self, transaction: Transaction, writes: Sequence[ParsedWrite]
    ) -> tuple[list[WriteResultPb], Timestamp]:
        try:
            if transaction.read_only and writes:
                raise invalid_argument("Cannot modify entities in a read-only transaction.")
            # A lock that cannot be had is no obstacle: what counts is that nothing has
            # changed, and whoever holds the lock finds that out in the same way.
            await self._locks.acquire(transaction, [write.name for write in writes])
            if not transaction.read_only:
                self._transactions.check(transaction)
            return self._apply_now(writes)
        finally:
            self._transactions.end(transaction)

    async def _apply_alone(self, write: ParsedWrite) -> tuple[WriteResultPb, status_pb2.Status]:
        try:
            results, _ = await self.apply([write])
        except RpcError as error:
            return WriteResult(), status_pb2.Status(code=error.code.value[0], message=error.message)
        return results[0], status_pb2.Status()

    def _apply_now(self, writes: Sequence[ParsedWrite]) -> tuple[list[WriteResultPb], Timestamp]:
        at = self._store.tick()
        before = {write.name: self._stored(write.name) for write in writes}
        after, outcomes = dict(before), []
        for write in writes:
            outcome = apply_write(write, after[write.name], at)
            outcomes.append(outcome)
            after[write.name] = outcome.document
        self._store.commit({n: d for n, d in after.items() if d is not before[n]}, at)
        return [_result(w, o, after) for w, o in zip(writes, outcomes, strict=True)], at

    def _stored(self, name: str) -> DocumentPb | None:
        entry = self._store.index.get(name)
        return None if entry is None else entry.document


def _result(
    write: ParsedWrite, outcome: Outcome, after: Mapping[str, DocumentPb | None]
) -> WriteResultPb:
    """Return what the write did; the time is that of the document when all are applied."""
    document = after[write.name]
    update_time = None if document is None else document.update_time
    return WriteResult(update_time=update_time, transform_results=outcome.transform_results)


def _check_request_size(request: RequestPb) -> None:
    if request.ByteSize() > MAX_REQUEST_BYTES:
        raise invalid_argument(
            f"Request payload size exceeds the limit: {MAX_REQUEST_BYTES} bytes."
        )
