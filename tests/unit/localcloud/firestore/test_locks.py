import asyncio
from collections.abc import Awaitable, Callable

from localcloud.firestore.locks import Holder, Locks


async def settle() -> None:
    """Let everything that can go on go on."""
    for _ in range(10):
        await asyncio.sleep(0)


def run(scenario: Callable[[], Awaitable[None]]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(scenario(), 5)

    asyncio.run(bounded())


def test_lock_passes_on_in_the_order_of_asking() -> None:
    async def scenario() -> None:
        locks, first, order = Locks(), Holder(), []
        await locks.acquire(first, ["a"])

        async def wait(number: int) -> None:
            holder = Holder()
            assert await locks.acquire(holder, ["a"])
            order.append(number)
            locks.release(holder)

        waiting = [asyncio.create_task(wait(number)) for number in range(3)]
        await settle()
        assert order == []

        locks.release(first)
        await asyncio.gather(*waiting)

        assert order == [0, 1, 2]

    run(scenario)


def test_holder_gets_its_own_lock_again() -> None:
    async def scenario() -> None:
        locks, holder = Locks(), Holder()

        assert await locks.acquire(holder, ["a", "a"])
        assert await locks.acquire(holder, ["a"])

    run(scenario)


def test_wait_that_would_never_end_is_refused_at_once() -> None:
    async def scenario() -> None:
        locks, left, right = Locks(), Holder(), Holder()
        await locks.acquire(left, ["a"])
        await locks.acquire(right, ["b"])
        waiting = asyncio.create_task(locks.acquire(left, ["b"]))
        await settle()

        assert not await locks.acquire(right, ["a"])

        locks.release(right)
        assert await waiting

    run(scenario)


def test_wait_ends_when_its_time_is_over() -> None:
    async def scenario() -> None:
        locks, first, second, third = Locks(wait_s=0.01), Holder(), Holder(), Holder()
        await locks.acquire(first, ["a"])

        assert not await locks.acquire(second, ["a"])

        locks.release(first)
        assert second.locks == set()
        assert await locks.acquire(third, ["a"])

    run(scenario)


def test_waiter_that_was_cancelled_is_passed_over() -> None:
    async def scenario() -> None:
        locks, first, third = Locks(), Holder(), Holder()
        await locks.acquire(first, ["a"])
        cancelled = asyncio.create_task(locks.acquire(Holder(), ["a"]))
        waiting = asyncio.create_task(locks.acquire(third, ["a"]))
        await settle()
        cancelled.cancel()
        await settle()

        locks.release(first)

        assert await waiting
        assert third.locks == {"a"}

    run(scenario)
