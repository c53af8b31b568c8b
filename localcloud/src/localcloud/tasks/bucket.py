"""The token bucket that limits a queue's dispatch rate.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#RateLimits
"""


class TokenBucket:
    """Holds up to ``burst`` tokens, refilled at ``rate`` a second; a dispatch takes one."""

    def __init__(self, rate: float, burst: int, now: float) -> None:
        self.rate = rate
        self.burst = burst
        self._tokens = float(burst)
        self._at = now

    def take(self, now: float) -> bool:
        """Take a token if there is one."""
        self._refill(now)
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def whole(self, now: float) -> int:
        """Return how many tokens can be taken now."""
        self._refill(now)
        return int(self._tokens)

    def ready_at(self, now: float) -> float:
        """Return when the next token is there."""
        self._refill(now)
        return now + max(0.0, 1 - self._tokens) / self.rate

    def _refill(self, now: float) -> None:
        # A hair more than was asked for: rounding must not leave 0.999… tokens for ever.
        gained = (now - self._at) * self.rate + 1e-9
        self._tokens = min(float(self.burst), self._tokens + gained)
        self._at = now
