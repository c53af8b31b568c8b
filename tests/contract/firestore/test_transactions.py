from concurrent.futures import ThreadPoolExecutor

import pytest
from google.api_core import exceptions
from google.cloud import firestore
from google.cloud.firestore import FieldFilter


@firestore.transactional
def increment(transaction: firestore.Transaction, counter: firestore.DocumentReference) -> int:
    n = int(counter.get(transaction=transaction).get("n")) + 1
    transaction.update(counter, {"n": n})
    return n


def test_transaction_reads_then_writes(client: firestore.Client) -> None:
    counter = client.document("counters/a")
    counter.set({"n": 1})

    assert increment(client.transaction(), counter) == 2
    assert counter.get().get("n") == 2


def test_error_inside_leaves_everything_as_it_was(client: firestore.Client) -> None:
    counter = client.document("counters/a")
    counter.set({"n": 1})

    @firestore.transactional
    def fail(transaction: firestore.Transaction) -> None:
        counter.get(transaction=transaction)
        transaction.update(counter, {"n": -1})
        raise KeyError("out of luck")

    with pytest.raises(KeyError):
        fail(client.transaction())

    assert counter.get().get("n") == 1
    counter.update({"n": 5})
    assert counter.get().get("n") == 5


def test_read_sees_the_state_before_the_transactions_own_writes(client: firestore.Client) -> None:
    document = client.document("c/a")
    document.set({"n": 1})

    @firestore.transactional
    def write_blindly(transaction: firestore.Transaction) -> bool:
        existed = document.get(transaction=transaction).exists
        transaction.delete(document)
        return existed

    assert write_blindly(client.transaction())
    assert not document.get().exists


def test_failed_precondition_fails_the_transaction(client: firestore.Client) -> None:
    document = client.document("c/a")
    document.set({"n": 1})

    @firestore.transactional
    def create_again(transaction: firestore.Transaction) -> None:
        transaction.create(document, {"n": 2})

    with pytest.raises(exceptions.AlreadyExists):
        create_again(client.transaction())


def test_query_in_a_transaction(client: firestore.Client) -> None:
    for name in "abc":
        client.document(f"jobs/{name}").set({"open": name != "b"})

    @firestore.transactional
    def close_all(transaction: firestore.Transaction) -> int:
        query = client.collection("jobs").where(filter=FieldFilter("open", "==", value=True))
        found = list(query.stream(transaction=transaction))
        for snapshot in found:
            transaction.update(snapshot.reference, {"open": False})
        return len(found)

    assert close_all(client.transaction()) == 2
    assert close_all(client.transaction()) == 0


def test_read_only_transaction_reads(client: firestore.Client) -> None:
    document = client.document("c/a")
    document.set({"n": 1})

    @firestore.transactional
    def read(transaction: firestore.Transaction) -> int:
        return int(document.get(transaction=transaction).get("n"))

    assert read(client.transaction(read_only=True)) == 1


def test_read_only_transaction_sees_one_moment(client: firestore.Client) -> None:
    first, second = client.document("c/a"), client.document("c/b")
    first.set({"n": 1})
    second.set({"n": 1})

    @firestore.transactional
    def read(transaction: firestore.Transaction) -> list[int]:
        seen = [first.get(transaction=transaction).get("n")]
        second.set({"n": 2})
        client.document("c/c").set({"n": 3})
        seen.append(second.get(transaction=transaction).get("n"))
        query = client.collection("c").order_by("n")
        return seen + [s.get("n") for s in query.stream(transaction=transaction)]

    assert read(client.transaction(read_only=True)) == [1, 1, 1, 1]
    assert second.get().get("n") == 2


def test_only_one_of_many_creates_the_lease(client: firestore.Client) -> None:
    def claim(number: int) -> bool:
        try:
            client.document("leases/a").create({"by": number})
        except exceptions.AlreadyExists:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(claim, range(8)))

    assert sum(claims) == 1


def test_unknown_transaction_is_refused(client: firestore.Client) -> None:
    request = {"database": client._database_string, "writes": [], "transaction": b"unknown"}

    with pytest.raises(exceptions.InvalidArgument, match="Invalid transaction"):
        client._firestore_api.commit(request=request)


def test_transaction_commits_once(client: firestore.Client) -> None:
    api, database = client._firestore_api, client._database_string
    begun = api.begin_transaction(request={"database": database}).transaction
    request = {"database": database, "writes": [], "transaction": begun}
    api.commit(request=request)

    with pytest.raises(exceptions.InvalidArgument, match="Transaction is invalid or closed"):
        api.commit(request=request)


def test_transaction_that_was_rolled_back_is_closed(client: firestore.Client) -> None:
    api, database = client._firestore_api, client._database_string
    begun = api.begin_transaction(request={"database": database}).transaction
    api.rollback(request={"database": database, "transaction": begun})
    api.rollback(request={"database": database, "transaction": begun})

    with pytest.raises(exceptions.InvalidArgument, match="Transaction is invalid or closed"):
        api.commit(request={"database": database, "writes": [], "transaction": begun})


def test_read_only_transaction_cannot_write(client: firestore.Client) -> None:
    api, database = client._firestore_api, client._database_string
    begun = api.begin_transaction(request={"database": database, "options": {"read_only": {}}})
    write = {"update": {"name": client.document("c/a")._document_path}}

    with pytest.raises(exceptions.InvalidArgument, match="read-only transaction"):
        api.commit(
            request={"database": database, "writes": [write], "transaction": begun.transaction}
        )


def test_transaction_begun_by_a_read_commits(client: firestore.Client) -> None:
    api, database = client._firestore_api, client._database_string
    name = client.document("c/a")._document_path
    request = {"database": database, "documents": [name], "new_transaction": {"read_write": {}}}
    begun, *_ = [r.transaction for r in api.batch_get_documents(request=request) if r.transaction]
    write = {"update": {"name": name}, "current_document": {"exists": False}}

    api.commit(request={"database": database, "writes": [write], "transaction": begun})

    assert client.document("c/a").get().exists
