"""How long to wait before a process that ended is started again."""

from dataclasses import dataclass

FIRST_DELAY_S = 0.1
LONGEST_DELAY_S = 5.0
STEADY_AFTER_S = 10.0


@dataclass(slots=True)
class RestartDelay:
    """Doubles with each early end; begins anew once the process was up for a while."""

    _next_s: float = FIRST_DELAY_S

    def after(self, uptime_s: float) -> float:
        """Return the wait before the next start, the process having been up so long."""
        if uptime_s >= STEADY_AFTER_S:
            self._next_s = FIRST_DELAY_S
        delay_s = self._next_s
        self._next_s = min(LONGEST_DELAY_S, delay_s * 2)
        return delay_s
