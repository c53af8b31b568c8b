import asyncio
from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest

from localcloud.clock import Clock
from localcloud.errors import RpcError
from localcloud.firestore.locks import Holder, Locks
from localcloud.firestore.messages import TransactionOptions
from localcloud.firestore.store import Store
from localcloud.firestore.transactions import Transactions
from tests.unit.localcloud.firestore.builders import ROOT, document


class World:
    """A store and its transactions, under a clock that can be moved."""

    def __init__(self, folder: Path) -> None:
        self.clock, self.locks = Clock(), Locks()
        self.store = Store(folder / "firestore.db", self.clock)
        self.transactions = Transactions(self.store, self.locks)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path)
    yield made
    made.store.close()


def test_idle_transaction_expires(world: World) -> None:
    begun = world.transactions.begin(TransactionOptions())
    world.clock.advance(59)
    world.transactions.find(begun.transaction_id)
    world.clock.advance(59)
    world.transactions.find(begun.transaction_id)
    world.clock.advance(61)

    with pytest.raises(RpcError, match="invalid or closed"):
        world.transactions.find(begun.transaction_id)


def test_busy_transaction_expires_after_270_s(world: World) -> None:
    begun = world.transactions.begin(TransactionOptions())
    for _ in range(5):
        world.clock.advance(50)
        world.transactions.find(begun.transaction_id)
    world.clock.advance(50)

    with pytest.raises(RpcError, match="invalid or closed"):
        world.transactions.find(begun.transaction_id)


def test_expired_transaction_lets_its_locks_go(world: World) -> None:
    async def scenario() -> bool:
        begun = world.transactions.begin(TransactionOptions())
        await world.locks.acquire(begun, ["a"])
        world.clock.advance(61)
        world.transactions.expire()
        return await world.locks.acquire(Holder(), ["a"])

    assert asyncio.run(scenario())


def test_check_finds_a_document_that_changed_or_appeared(world: World) -> None:
    name = f"{ROOT}/c/a"
    begun = world.transactions.begin(TransactionOptions())
    begun.note(world.store.index, [name])
    world.transactions.check(begun)

    world.store.commit({name: document("c/a")}, world.store.tick())

    with pytest.raises(RpcError) as raised:
        world.transactions.check(begun)
    assert raised.value.code is grpc.StatusCode.ABORTED


def test_id_of_another_process_is_invalid(world: World) -> None:
    other = Transactions(world.store, world.locks).begin(TransactionOptions())

    with pytest.raises(RpcError, match="Invalid transaction"):
        world.transactions.find(other.transaction_id)


def test_retried_transaction_may_still_be_open(world: World) -> None:
    begun = world.transactions.begin(TransactionOptions())
    options = TransactionOptions(read_write={"retry_transaction": begun.transaction_id})

    world.transactions.begin(options)

    assert world.transactions.find(begun.transaction_id) is begun


def test_transaction_at_a_time_that_is_not_kept_is_refused(world: World) -> None:
    world.store.commit({f"{ROOT}/c/a": document("c/a")}, world.store.tick())
    options = TransactionOptions(read_only={"read_time": {"seconds": 1}})

    with pytest.raises(RpcError, match="too old"):
        world.transactions.begin(options)


def test_time_to_come_cannot_be_read(world: World) -> None:
    to_come = world.store.tick()
    to_come.seconds += 3600

    with pytest.raises(RpcError, match="in the future"):
        world.store.check_read_time(to_come)
