"""Transactions: what each has read, and whether that still holds when it commits.

https://cloud.google.com/firestore/docs/transaction-data-contention
https://cloud.google.com/firestore/quotas#writes_and_transactions
"""

import os
import struct
from collections.abc import Iterable
from dataclasses import dataclass, field

import grpc

from localcloud.clock import Clock
from localcloud.errors import RpcError, invalid_argument
from localcloud.firestore.documents import Documents, Entry, Snapshot
from localcloud.firestore.locks import Holder, Locks
from localcloud.firestore.messages import RequestPb
from localcloud.firestore.queries import Query, run_query
from localcloud.firestore.store import Store

MAX_AGE_S = 270.0
MAX_IDLE_S = 60.0


@dataclass(slots=True, eq=False)
class Transaction(Holder):
    """An open transaction; a read-only one reads a snapshot and locks nothing."""

    transaction_id: bytes = b""
    retried_id: bytes = b""  # the first attempt, if this is a later one
    began_at: float = 0.0
    used_at: float = 0.0
    snapshot: Snapshot | None = None
    reads: dict[str, Entry | None] = field(default_factory=dict)
    queries: list[tuple[Query, list[Entry]]] = field(default_factory=list)

    @property
    def read_only(self) -> bool:
        return self.snapshot is not None

    def note(self, documents: Documents, names: Iterable[str]) -> None:
        """Remember the versions that were read first."""
        for name in names:
            self.reads.setdefault(name, documents.get(name))

    def still_holds(self, documents: Documents) -> bool:
        """Whether everything that was read is still so."""
        unchanged = all(documents.get(name) is entry for name, entry in self.reads.items())
        return unchanged and all(
            run_query(query, documents).entries == entries for query, entries in self.queries
        )


class Transactions:
    """The open transactions of a store."""

    def __init__(self, store: Store, locks: Locks) -> None:
        self._store = store
        self._clock: Clock = store.clock
        self._locks = locks
        self._open: dict[bytes, Transaction] = {}
        # An id is the process's own mark and a number, so that it is told apart whether an
        # unknown id was once given out (closed) or never was (invalid).
        self._mark = os.urandom(8)
        self._count = 0

    def begin(self, options: RequestPb) -> Transaction:
        """Return a new transaction; the locks of what it retries are free from now on."""
        self.expire()
        retried = options.read_write.retry_transaction
        if retried:
            self._give_up_locks(retried)
        if options.read_only.HasField("read_time"):
            self._store.check_read_time(options.read_only.read_time)
        self._count += 1
        now = self._clock.time()
        transaction = Transaction(
            transaction_id=struct.pack(">8sQ", self._mark, self._count),
            retried_id=retried,
            began_at=now,
            used_at=now,
            snapshot=self._store.open_snapshot() if options.HasField("read_only") else None,
        )
        self._open[transaction.transaction_id] = transaction
        return transaction

    def find(self, transaction_id: bytes) -> Transaction:
        """Return the open transaction; raises INVALID_ARGUMENT where there is none."""
        self.expire()
        transaction = self._open.get(transaction_id)
        if transaction is None:
            known = self._was_given(transaction_id)
            raise invalid_argument(
                "Transaction is invalid or closed." if known else "Invalid transaction."
            )
        transaction.used_at = self._clock.time()
        return transaction

    def roll_back(self, transaction_id: bytes) -> None:
        """End the transaction; one that has ended already stays so."""
        if not self._was_given(transaction_id):
            raise invalid_argument("Transaction is invalid or expired.")
        if transaction_id in self._open:
            self.end(self._open[transaction_id])

    def end(self, transaction: Transaction) -> None:
        """Close the transaction and let those who wait for its locks go on."""
        self._open.pop(transaction.transaction_id, None)
        self._locks.release(transaction)
        if transaction.snapshot is not None:
            self._store.close_snapshot(transaction.snapshot)

    def check(self, transaction: Transaction) -> None:
        """Raise ABORTED where something that it read has changed since."""
        if not transaction.still_holds(self._store.index):
            raise RpcError(
                grpc.StatusCode.ABORTED,
                "Too much contention on these documents. Please try again.",
            )

    def expire(self) -> None:
        """End the transactions that have been idle or open for too long."""
        now = self._clock.time()
        for transaction in list(self._open.values()):
            idle, age = now - transaction.used_at, now - transaction.began_at
            if idle > MAX_IDLE_S or age > MAX_AGE_S:
                self.end(transaction)

    def _give_up_locks(self, retried_id: bytes) -> None:
        """Release what earlier attempts still hold because their commit never got here.

        They stay open, for they may be no earlier attempts: a decorated function of the Python
        client that runs in several threads names the transaction of another thread.
        """
        if not self._was_given(retried_id):
            raise invalid_argument("Invalid transaction.")
        for transaction in self._open.values():
            if retried_id in (transaction.transaction_id, transaction.retried_id):
                self._locks.release(transaction)

    def _was_given(self, transaction_id: bytes) -> bool:
        if len(transaction_id) != struct.calcsize(">8sQ"):
            return False
        mark, count = struct.unpack(">8sQ", transaction_id)
        return bool(mark == self._mark and 0 < count <= self._count)
