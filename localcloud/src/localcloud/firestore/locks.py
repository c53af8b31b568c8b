"""Document locks: held by transactions, waited for in the order of asking.

Firestore's server libraries lock pessimistically: a transaction locks what it reads,
and other writers wait.  https://cloud.google.com/firestore/docs/transaction-data-contention
"""

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field

WAIT_S = 10.0


@dataclass(slots=True, eq=False)
class Holder:
    """Someone who locks documents: a transaction, or one commit outside any."""

    locks: set[str] = field(default_factory=set)
    waits_for: str | None = None


@dataclass(slots=True)
class _Lock:
    holder: Holder
    queue: deque[tuple[Holder, asyncio.Future[None]]] = field(default_factory=deque)


class Locks:
    """Exclusive locks on document names."""

    def __init__(self, wait_s: float = WAIT_S) -> None:
        self._locks: dict[str, _Lock] = {}
        self._wait_s = wait_s

    async def acquire(self, holder: Holder, names: Iterable[str]) -> bool:
        """Lock the documents; False if a lock was not got in time or not without a deadlock."""
        deadline = asyncio.get_running_loop().time() + self._wait_s
        got = [await self._acquire_one(holder, name, deadline) for name in sorted(set(names))]
        return all(got)

    def release(self, holder: Holder) -> None:
        """Give each lock to who waits longest for it."""
        for name in holder.locks:
            self._pass_on(name)
        holder.locks = set()

    async def _acquire_one(self, holder: Holder, name: str, deadline: float) -> bool:
        lock = self._locks.get(name)
        if lock is None:
            self._locks[name] = _Lock(holder)
            holder.locks.add(name)
            return True
        if lock.holder is holder:
            return True
        if self._would_deadlock(holder, lock):
            return False
        return await self._wait(holder, name, lock, deadline)

    async def _wait(self, holder: Holder, name: str, lock: _Lock, deadline: float) -> bool:
        loop = asyncio.get_running_loop()
        turn: asyncio.Future[None] = loop.create_future()
        lock.queue.append((holder, turn))
        holder.waits_for = name
        try:
            await asyncio.wait_for(turn, deadline - loop.time())
        except TimeoutError:
            return False
        finally:
            holder.waits_for = None
        return True

    def _would_deadlock(self, holder: Holder, lock: _Lock | None) -> bool:
        """Whether who holds the lock waits, through others perhaps, for the holder."""
        seen: set[int] = set()
        while lock is not None and id(lock) not in seen:
            if lock.holder is holder:
                return True
            seen.add(id(lock))
            waits_for = lock.holder.waits_for
            lock = self._locks.get(waits_for) if waits_for else None
        return False

    def _pass_on(self, name: str) -> None:
        lock = self._locks[name]
        while lock.queue:
            next_holder, turn = lock.queue.popleft()
            if not turn.done():
                lock.holder = next_holder
                next_holder.locks.add(name)
                turn.set_result(None)
                return
        del self._locks[name]
