"""When a failed task is tried again, and when it is given up.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#RetryConfig
"""

from dataclasses import dataclass

from localcloud.errors import invalid_argument
from localcloud.tasks.messages import RetryConfigMessage, seconds_of

UNLIMITED = -1
# Any doubling beyond is far above the largest delay; it would only overflow.
MAX_EXPONENT = 64


@dataclass(frozen=True, slots=True)
class Retry:
    """The retry settings that hold for a task."""

    max_attempts: int
    max_retry_duration_s: float
    min_backoff_s: float
    max_backoff_s: float
    max_doublings: int

    def delay_s(self, failures: int) -> float:
        """Return the wait after so many failures (at least 1).

        It starts at the minimum, doubles ``max_doublings`` times, then grows
        linearly by the last step, up to the maximum.
        """
        doublings = min(failures - 1, self.max_doublings)
        interval_s = self.min_backoff_s * 2.0 ** min(doublings, MAX_EXPONENT)
        steps = max(1, failures - self.max_doublings)
        return min(self.max_backoff_s, interval_s * steps)

    def is_spent(self, attempts: int, elapsed_s: float) -> bool:
        """Say whether no attempt is left, ``elapsed_s`` after the first one began.

        Retrying stops only when the attempts and the duration are both used up.
        """
        attempts_used = self.max_attempts not in (0, UNLIMITED) and attempts >= self.max_attempts
        if not self.max_retry_duration_s:
            return attempts_used
        if elapsed_s < self.max_retry_duration_s:
            return False
        return attempts_used or self.max_attempts == UNLIMITED


def check_retry_config(config: RetryConfigMessage) -> None:
    """Raise RpcError where retry settings, of a queue or a task, are out of range."""
    if config.max_attempts < -1:
        raise invalid_argument("RetryConfig.maxAttempts must be greater or equal to -1.")
    if config.max_doublings < 0:
        raise invalid_argument("RetryConfig.maxDoublings cannot be negative.")
    for field, label in (
        ("max_retry_duration", "maxRetryDuration"),
        ("min_backoff", "minBackoff"),
        ("max_backoff", "maxBackoff"),
    ):
        if seconds_of(getattr(config, field)) < 0:
            raise invalid_argument(f"RetryConfig.{label} cannot be negative.")
    both = config.HasField("min_backoff") and config.HasField("max_backoff")
    if both and seconds_of(config.min_backoff) > seconds_of(config.max_backoff):
        raise invalid_argument(
            "RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff."
        )


def retry_of(queue: RetryConfigMessage, task: RetryConfigMessage | None) -> Retry:
    """Return the settings of a task: its own where it has them, else its queue's."""
    own = task if task is not None else queue
    return Retry(
        max_attempts=own.max_attempts or queue.max_attempts,
        max_retry_duration_s=seconds_of(_either("max_retry_duration", own, queue)),
        min_backoff_s=seconds_of(_either("min_backoff", own, queue)),
        max_backoff_s=seconds_of(_either("max_backoff", own, queue)),
        max_doublings=own.max_doublings or queue.max_doublings,
    )


def _either(field: str, own: RetryConfigMessage, queue: RetryConfigMessage) -> RetryConfigMessage:
    return getattr(own if own.HasField(field) else queue, field)
