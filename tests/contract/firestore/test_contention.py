"""Transactions that contend.

Not compared with Google's emulator: under contention it lets most of them fail (3 of 8
with the default attempts), which is a known limitation of its locks and no behaviour of
production.  https://github.com/firebase/firebase-tools/issues/8105
"""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from google.api_core import exceptions
from google.cloud import firestore

from tests.contract.firestore.test_transactions import increment


def test_all_increments_land_with_the_default_attempts(own_client: firestore.Client) -> None:
    counter = own_client.document("counters/a")
    counter.set({"n": 0})

    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: increment(own_client.transaction(), counter), range(40)))

    assert sorted(results) == list(range(1, 41))
    assert counter.get().get("n") == 40


def test_transfers_between_documents_keep_the_sum(own_client: firestore.Client) -> None:
    accounts = [own_client.document(f"accounts/{n}") for n in range(3)]
    for account in accounts:
        account.set({"n": 100})

    @firestore.transactional
    def transfer(transaction: firestore.Transaction, source: int, target: int) -> None:
        """Locks in an order that deadlocks with a transfer the other way."""
        left = accounts[source].get(transaction=transaction).get("n")
        right = accounts[target].get(transaction=transaction).get("n")
        transaction.update(accounts[source], {"n": left - 1})
        transaction.update(accounts[target], {"n": right + 1})

    def move(number: int) -> None:
        source = number % 3
        target = (source + 1 + number % 2) % 3
        transfer(own_client.transaction(max_attempts=50), source, target)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(move, range(30)))

    assert sum(account.get().get("n") for account in accounts) == 300


def test_plain_write_waits_for_the_transaction_that_read_the_document(
    own_client: firestore.Client,
) -> None:
    document, order = own_client.document("c/a"), []
    document.set({"n": 1})
    writing = threading.Thread(target=lambda: (document.set({"n": 9}), order.append("written")))

    @firestore.transactional
    def read_and_write(transaction: firestore.Transaction) -> None:
        n = document.get(transaction=transaction).get("n")
        if not writing.is_alive():
            writing.start()
        writing.join(0.1)
        order.append("committing")
        transaction.update(document, {"n": n + 1})

    read_and_write(own_client.transaction())
    writing.join()

    assert order == ["committing", "written"]
    assert document.get().get("n") == 9


def test_document_that_appears_in_a_query_aborts_the_transaction(
    own_client: firestore.Client,
) -> None:
    """A query is checked as a whole at commit, so that no new result goes unseen."""
    api, database = own_client._firestore_api, own_client._database_string
    begun = api.begin_transaction(request={"database": database}).transaction
    query = {"from_": [{"collection_id": "jobs"}]}
    parent = f"{database}/documents"
    list(api.run_query(request={"parent": parent, "structured_query": query, "transaction": begun}))
    own_client.document("jobs/new").set({})

    with pytest.raises(exceptions.Aborted):
        api.commit(request={"database": database, "writes": [], "transaction": begun})


def test_claims_by_query_go_to_one_worker_each(own_client: firestore.Client) -> None:
    for number in range(10):
        own_client.document(f"jobs/{number}").set({"by": None, "n": number})

    @firestore.transactional
    def claim(transaction: firestore.Transaction, worker: int) -> str:
        query = (
            own_client.collection("jobs")
            .where(filter=firestore.FieldFilter("by", "==", None))
            .limit(1)
        )
        (job,) = query.stream(transaction=transaction)
        transaction.update(job.reference, {"by": worker})
        return str(job.id)

    with ThreadPoolExecutor(5) as pool:
        claimed = list(
            pool.map(lambda n: claim(own_client.transaction(max_attempts=20), n), range(10))
        )

    assert sorted(claimed) == [str(number) for number in range(10)]


def test_contention_is_settled_fast(own_client: firestore.Client) -> None:
    """Waiters go on when the lock is free, not when some time is over."""
    counter = own_client.document("counters/a")
    counter.set({"n": 0})
    began = time.monotonic()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: increment(own_client.transaction(), counter), range(8)))

    assert time.monotonic() - began < 5
