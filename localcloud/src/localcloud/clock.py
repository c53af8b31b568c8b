"""The time as the local cloud sees it: the machine's clock plus an offset that tests can move."""

import asyncio
import time
from datetime import UTC, datetime


class Clock:
    """Tells the time and waits for it; ``advance`` wakes whoever waits for what has become past."""

    def __init__(self) -> None:
        self._offset_s = 0.0
        self._moved = asyncio.Event()

    def time(self) -> float:
        """Seconds since the Unix epoch."""
        return time.time() + self._offset_s

    def time_ns(self) -> int:
        """Nanoseconds since the Unix epoch."""
        return time.time_ns() + int(self._offset_s * 1e9)

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time(), UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock forward; time never goes back."""
        if seconds < 0:
            msg = "the clock only moves forward"
            raise ValueError(msg)
        self._offset_s += seconds
        moved, self._moved = self._moved, asyncio.Event()
        moved.set()

    async def sleep_until(self, when: float) -> None:
        """Return once ``time()`` has reached ``when`` (Unix seconds)."""
        while (left := when - self.time()) > 0:
            try:
                await asyncio.wait_for(self._moved.wait(), left)
            except TimeoutError:
                continue

    async def sleep(self, seconds: float) -> None:
        await self.sleep_until(self.time() + seconds)
