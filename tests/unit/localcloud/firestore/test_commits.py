import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from google.cloud.firestore_v1.types import firestore

from localcloud.clock import Clock
from localcloud.errors import RpcError
from localcloud.firestore.commits import Commits
from localcloud.firestore.locks import Holder, Locks
from localcloud.firestore.store import Store
from localcloud.firestore.transactions import Transactions
from tests.unit.localcloud.firestore.builders import ROOT, document

DATABASE = ROOT.removesuffix("/documents")
CommitRequest = firestore.CommitRequest.pb()


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(tmp_path / "firestore.db", Clock())
    yield made
    made.close()


def commits(store: Store, locks: Locks | None = None) -> Commits:
    locks = locks or Locks()
    return Commits(store, locks, Transactions(store, locks))


def setting(*documents: Any) -> Any:
    return CommitRequest(database=DATABASE, writes=[{"update": d} for d in documents])


def test_write_without_a_change_is_told_to_nobody(store: Store) -> None:
    heard: asyncio.Queue[Any] = asyncio.Queue()

    async def scenario() -> None:
        committing = commits(store)
        await committing.commit(setting(document("c/a", n=1)))
        with store.subscription(heard):
            await committing.commit(setting(document("c/a", n=1), document("c/b")))

    asyncio.run(scenario())

    assert [list(change.entries) for change in iter_now(heard)] == [[f"{ROOT}/c/b"]]


def test_write_gives_up_on_a_lock_after_its_time(store: Store) -> None:
    async def scenario() -> None:
        locks = Locks(wait_s=0.01)
        await locks.acquire(Holder(), [f"{ROOT}/c/a"])
        await commits(store, locks).commit(setting(document("c/a")))

    with pytest.raises(RpcError, match="Transaction lock timeout"):
        asyncio.run(scenario())

    assert store.index.get(f"{ROOT}/c/a") is None


def test_failed_commit_changes_nothing_and_holds_no_lock(store: Store) -> None:
    request = setting(document("c/a"), document("c/b"))
    request.writes[1].current_document.exists = True

    async def scenario() -> bool:
        locks = Locks()
        with pytest.raises(RpcError, match="No document to update"):
            await commits(store, locks).commit(request)
        return await locks.acquire(Holder(), [f"{ROOT}/c/a", f"{ROOT}/c/b"])

    assert asyncio.run(scenario())
    assert list(store.index) == []


def iter_now(queue: asyncio.Queue[Any]) -> Iterator[Any]:
    while not queue.empty():
        yield queue.get_nowait()
