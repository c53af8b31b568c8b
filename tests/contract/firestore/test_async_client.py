import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from google.cloud import firestore
from google.cloud.firestore import FieldFilter

from tests.contract.firestore.backends import Backend


@asynccontextmanager
async def connected(project: str) -> AsyncIterator[firestore.AsyncClient]:
    client = firestore.AsyncClient(project=project)
    yield client
    await client._firestore_api.transport.close()


@pytest.fixture(autouse=True)
def _emulator_host(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", backend.address)


def test_async_client_reads_writes_and_queries(project: str) -> None:
    async def scenario() -> tuple[object, list[str], object]:
        async with connected(project) as client:
            document = client.document("images/a")
            await document.set({"n": 1})
            await document.update({"n": firestore.Increment(1)})
            query = client.collection("images").where(filter=FieldFilter("n", "==", 2))
            found = [snapshot.id async for snapshot in query.stream()]
            counted = await client.collection("images").count().get()
            return (await document.get()).to_dict(), found, counted[0][0].value

    assert asyncio.run(scenario()) == ({"n": 2}, ["a"], 1)


def test_async_transaction_commits(project: str) -> None:
    @firestore.async_transactional
    async def increment(
        transaction: firestore.AsyncTransaction, document: firestore.AsyncDocumentReference
    ) -> None:
        snapshot = await document.get(transaction=transaction)
        transaction.update(document, {"n": snapshot.get("n") + 1})

    async def scenario() -> object:
        async with connected(project) as client:
            document = client.document("images/a")
            await document.set({"n": 1})
            await increment(client.transaction(), document)
            return (await document.get()).get("n")

    assert asyncio.run(scenario()) == 2


def test_many_writes_at_once_all_arrive(project: str) -> None:
    async def scenario() -> object:
        async with connected(project) as client:
            collection = client.collection("images")
            writes = (collection.document(f"{n}").set({"n": n}) for n in range(100))
            await asyncio.gather(*writes)
            return (await collection.count().get())[0][0].value

    assert asyncio.run(scenario()) == 100
