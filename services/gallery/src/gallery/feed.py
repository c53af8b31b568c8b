"""One listener on the newest pictures, fanned out to every open page.

A page is not sent a queue of changes but what differs from what it has seen, so a slow
one costs no memory and a burst becomes one message.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import structlog

from gallery.catalog import Change, Listener, Record
from safelight.errors import TransientError

Listen = Callable[[Callable[[Sequence[Change]], None]], Listener]
Render = Callable[[Record], str]

HEARTBEAT_S: Final = 15.0
_PAUSE_S: Final = 0.15
_MAX_REMEMBERED: Final = 2_000

log = structlog.get_logger()


class TooManyPagesError(Exception):
    """As many pages as allowed are being told of changes already."""


@dataclass(frozen=True, slots=True)
class Update:
    """What one picture looks like now; no HTML once it left the list."""

    image_id: str
    html: str | None


class Feed:
    """What has changed, for as many pages as allowed.  Lives on one event loop."""

    def __init__(
        self, listen: Listen, render: Render, max_pages: int, check_s: float = 3.0
    ) -> None:
        self._listen = listen
        self._render = render
        self._max_pages = max_pages
        self._check_s = check_s
        self._pages = 0
        self._version = 0
        self._seen: dict[str, tuple[int, Update]] = {}
        self._news = asyncio.Event()
        self._keeper: asyncio.Task[None] | None = None
        self._stopped = False

    async def updates(self) -> AsyncGenerator[Sequence[Update]]:
        """Yield all pictures of the list, then changes as they come; nothing as a heartbeat.

        Raises TooManyPagesError.
        """
        if self._pages >= self._max_pages:
            raise TooManyPagesError
        self._pages += 1
        self._keeper = self._keeper or asyncio.create_task(self._keep_listening())
        try:
            async for batch in self._batches():
                yield batch
        finally:
            self._pages -= 1
            if not self._pages:
                self._rest()

    def stop(self) -> None:
        """End all pages' updates; callable from anywhere on the loop's thread."""
        self._stopped = True
        self._announce()

    async def _batches(self) -> AsyncIterator[Sequence[Update]]:
        version = 0
        while not self._stopped:
            news = self._news
            if self._version == version:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(news.wait(), HEARTBEAT_S)
            version, batch = self._version, self._since(version)
            yield batch
            await asyncio.sleep(_PAUSE_S)

    def _since(self, version: int) -> Sequence[Update]:
        return [update for at, update in self._seen.values() if at > version]

    async def _keep_listening(self) -> None:
        """Keep one listener alive; a new one begins with all pictures, so nothing is missed."""
        listener: Listener | None = None
        try:
            while True:
                if listener is None or not listener.is_active:
                    listener = await self._replaced(listener)
                await asyncio.sleep(self._check_s)
        finally:
            if listener is not None:
                await asyncio.shield(asyncio.to_thread(listener.close))

    async def _replaced(self, listener: Listener | None) -> Listener | None:
        if listener is not None:
            log.warning("listener_lost")
            await asyncio.to_thread(listener.close)
        loop = asyncio.get_running_loop()

        def tell(changes: Sequence[Change]) -> None:
            updates = [self._update(change) for change in changes]
            loop.call_soon_threadsafe(self._remember, updates)

        try:
            return await asyncio.to_thread(self._listen, tell)
        except TransientError as error:
            log.warning("listener_refused", error=repr(error.__cause__))
            return None

    def _update(self, change: Change) -> Update:
        html = None if change.record is None else self._render(change.record)
        return Update(change.image_id, html)

    def _remember(self, updates: Sequence[Update]) -> None:
        self._version += 1
        for update in updates:
            _, known = self._seen.get(update.image_id, (0, None))
            if known != update:
                # Put last, so that pages get the newest last.
                self._seen.pop(update.image_id, None)
                self._seen[update.image_id] = (self._version, update)
        while len(self._seen) > _MAX_REMEMBERED:
            del self._seen[next(iter(self._seen))]
        self._announce()

    def _announce(self) -> None:
        news, self._news = self._news, asyncio.Event()
        news.set()

    def _rest(self) -> None:
        """Stop listening while no page is open."""
        keeper, self._keeper = self._keeper, None
        self._seen.clear()
        if keeper is not None:
            keeper.cancel()
