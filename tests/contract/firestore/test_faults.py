"""Faults that localcloud is told to make: production makes them, so clients must bear them."""

from collections.abc import Callable, Iterator

import pytest
from google.api_core import exceptions
from google.cloud import firestore

from tests.contract.firestore.test_transactions import increment
from tests.local_cloud import LocalCloud

FAULTS = "/_localcloud/faults"


@pytest.fixture
def fail(local_cloud: LocalCloud) -> Iterator[Callable[[str, str, int], None]]:
    """Make the next calls of a method fail."""

    def plan(method: str, status: str, count: int) -> None:
        name = f"google.firestore.v1.Firestore/{method}"
        local_cloud.ask("POST", FAULTS, {"method": name, "status": status, "count": count})

    yield plan
    local_cloud.ask("DELETE", FAULTS)


def test_transaction_that_is_aborted_is_tried_again(
    own_client: firestore.Client, fail: Callable[[str, str, int], None]
) -> None:
    counter = own_client.document("counters/a")
    counter.set({"n": 0})
    fail("Commit", "ABORTED", 2)

    increment(own_client.transaction(), counter)

    assert counter.get().get("n") == 1


def test_abandoned_attempts_hold_no_locks(
    own_client: firestore.Client, fail: Callable[[str, str, int], None]
) -> None:
    counter = own_client.document("counters/a")
    counter.set({"n": 0})
    fail("Commit", "ABORTED", 5)

    with pytest.raises(ValueError, match="Failed to commit transaction in 5 attempts"):
        increment(own_client.transaction(), counter)

    counter.update({"n": 7}, timeout=5)
    assert counter.get().get("n") == 7


def test_write_while_unavailable_is_tried_again_by_the_client(
    own_client: firestore.Client, fail: Callable[[str, str, int], None]
) -> None:
    fail("Commit", "UNAVAILABLE", 1)

    own_client.document("images/a").set({"n": 1})

    assert own_client.document("images/a").get().to_dict() == {"n": 1}


def test_denied_read_is_told(
    own_client: firestore.Client, fail: Callable[[str, str, int], None]
) -> None:
    fail("BatchGetDocuments", "PERMISSION_DENIED", 1)

    with pytest.raises(exceptions.PermissionDenied):
        own_client.document("images/a").get()
