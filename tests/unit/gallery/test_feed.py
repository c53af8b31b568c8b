import asyncio
import contextlib

import pytest

from gallery.catalog import Change
from gallery.feed import Feed, TooManyPagesError, Update
from safelight.errors import GoogleUnavailableError


class Listening:
    """A stand-in for the listener of Firestore: tells when the test says so."""

    def __init__(self, *first, fails=0):
        self.first = first
        self.fails = fails
        self.tell = None
        self.opened = 0
        self.closed = 0
        self.is_active = True

    def __call__(self, tell):
        self.opened += 1
        if self.fails >= self.opened:
            raise GoogleUnavailableError
        self.tell = tell
        self.is_active = True
        tell(self.first)
        return self

    def close(self):
        self.closed += 1
        self.is_active = False


def feed(listening, max_pages=5):
    return Feed(listening, lambda record: f"<li>{record['n']}</li>", max_pages, check_s=0.001)


def change(image_id, n):
    return Change(image_id, {"n": n})


async def batches(updates, count):
    """Return the next batches that hold something."""
    found = []
    while len(found) < count:
        if batch := await anext(updates):
            found.append(batch)
    return found


def run(story):
    asyncio.run(asyncio.wait_for(story, 5))


def test_a_page_first_gets_all_pictures_and_then_what_changes():
    async def story():
        listening = Listening(change("a", 1), change("b", 1))
        async with contextlib.aclosing(feed(listening).updates()) as updates:
            [first] = await batches(updates, 1)
            listening.tell([change("b", 2), Change("a", None)])
            [second] = await batches(updates, 1)

        assert first == [Update("a", "<li>1</li>"), Update("b", "<li>1</li>")]
        assert second == [Update("b", "<li>2</li>"), Update("a", None)]

    run(story())


def test_a_burst_is_one_message_with_the_last_of_each():
    async def story():
        listening = Listening()
        async with contextlib.aclosing(feed(listening).updates()) as updates:
            await anext(updates)
            for n in range(50):
                listening.tell([change("a", n)])
            [batch] = await batches(updates, 1)

        assert batch == [Update("a", "<li>49</li>")]

    run(story())


def test_all_pages_share_one_listener_which_ends_with_the_last():
    async def story():
        listening = Listening(change("a", 1))
        shared = feed(listening)
        one, other = shared.updates(), shared.updates()
        await batches(one, 1)
        await batches(other, 1)
        assert listening.opened == 1

        await one.aclose()
        await asyncio.sleep(0.02)
        assert listening.closed == 0
        await other.aclose()
        while not listening.closed:
            await asyncio.sleep(0.001)

    run(story())


def test_a_lost_listener_is_replaced_and_the_page_catches_up():
    async def story():
        listening = Listening(change("a", 1))
        async with contextlib.aclosing(feed(listening).updates()) as updates:
            await batches(updates, 1)
            listening.first = (change("a", 2),)
            listening.is_active = False
            [batch] = await batches(updates, 1)

        assert batch == [Update("a", "<li>2</li>")]

    run(story())


def test_a_listener_that_cannot_be_had_is_asked_for_again():
    async def story():
        listening = Listening(change("a", 1), fails=2)
        async with contextlib.aclosing(feed(listening).updates()) as updates:
            [batch] = await batches(updates, 1)

        assert batch == [Update("a", "<li>1</li>")]

    run(story())


def test_one_page_more_than_allowed_is_refused():
    async def story():
        crowded = feed(Listening(change("a", 1)), max_pages=1)
        async with contextlib.aclosing(crowded.updates()) as updates:
            await batches(updates, 1)
            with pytest.raises(TooManyPagesError):
                await anext(crowded.updates())

        async with contextlib.aclosing(crowded.updates()) as updates:
            await batches(updates, 1)

    run(story())


def test_stopping_ends_every_page():
    async def story():
        stopping = feed(Listening(change("a", 1)))
        updates = stopping.updates()
        await batches(updates, 1)
        waiting = asyncio.create_task(batches(updates, 1))
        await asyncio.sleep(0.01)

        stopping.stop()

        with pytest.raises(StopAsyncIteration):
            await waiting

    run(story())
