"""What a queue's settings may be, and what they are when left out.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues
Defaults: https://cloud.google.com/tasks/docs/configuring-queues
"""

from google.protobuf.field_mask_pb2 import FieldMask

from localcloud.errors import invalid_argument
from localcloud.tasks.backoff import check_retry_config
from localcloud.tasks.messages import Queue, QueueMessage, QueueState, seconds_of
from localcloud.tasks.names import check_queue_name
from localcloud.tasks.target import check_target

MAX_DISPATCHES_PER_SECOND = 500
MAX_CONCURRENT_DISPATCHES = 5000
DEFAULT_CONCURRENT_DISPATCHES = 1000
DEFAULT_MAX_ATTEMPTS = 100
DEFAULT_MIN_BACKOFF_MS = 100
DEFAULT_MAX_BACKOFF_S = 3600
DEFAULT_MAX_DOUBLINGS = 16
BURST_RANGE = (10, 100)

WRITABLE = ("rate_limits", "retry_config", "http_target", "stackdriver_logging_config")


def new_queue(asked: QueueMessage) -> QueueMessage:
    """Return the queue that is created when this is asked for."""
    return updated_queue(Queue(name=asked.name, state=QueueState.RUNNING), asked, FieldMask())


def updated_queue(queue: QueueMessage, asked: QueueMessage, mask: FieldMask) -> QueueMessage:
    """Return the queue with the masked settings as asked, with defaults where unset.

    Output-only fields in the mask change nothing.  An empty mask means all settings.
    """
    result = Queue()
    result.CopyFrom(queue)
    _checked_mask(mask).MergeMessage(asked, result, replace_message_field=True)
    _check(result)
    _fill_in(result)
    return result


def _checked_mask(mask: FieldMask) -> FieldMask:
    for path in mask.paths:
        if path.partition(".")[0] not in Queue.DESCRIPTOR.fields_by_name:
            raise invalid_argument(f"Invalid field in update mask: {path}")
    paths = [path for path in mask.paths if path.partition(".")[0] in WRITABLE]
    return FieldMask(paths=paths if mask.paths else WRITABLE)


def _check(queue: QueueMessage) -> None:
    check_queue_name(queue.name)
    if queue.HasField("app_engine_routing_override"):
        raise invalid_argument("localcloud has no App Engine; leave appEngineRoutingOverride out.")
    _check_rate_limits(queue)
    check_target(queue.http_target)
    check_retry_config(queue.retry_config)


def _check_rate_limits(queue: QueueMessage) -> None:
    limits = queue.rate_limits
    _check_range(
        "RateLimits.maxDispatchesPerSecond",
        limits.max_dispatches_per_second,
        MAX_DISPATCHES_PER_SECOND,
    )
    _check_range(
        "RateLimits.maxConcurrentDispatches",
        limits.max_concurrent_dispatches,
        MAX_CONCURRENT_DISPATCHES,
    )


def _check_range(field: str, value: float, highest: int) -> None:
    if value < 0:
        raise invalid_argument(f"{field} cannot be negative.")
    if value > highest:
        raise invalid_argument(f"{field} must be less than or equal to {highest}.")


def _fill_in(queue: QueueMessage) -> None:
    limits, retry = queue.rate_limits, queue.retry_config
    limits.max_dispatches_per_second = limits.max_dispatches_per_second or MAX_DISPATCHES_PER_SECOND
    limits.max_concurrent_dispatches = (
        limits.max_concurrent_dispatches or DEFAULT_CONCURRENT_DISPATCHES
    )
    limits.max_burst_size = _burst(limits.max_dispatches_per_second)
    retry.max_attempts = retry.max_attempts or DEFAULT_MAX_ATTEMPTS
    retry.max_doublings = retry.max_doublings or DEFAULT_MAX_DOUBLINGS
    if not retry.HasField("max_backoff"):
        longest_s = max(DEFAULT_MAX_BACKOFF_S, seconds_of(retry.min_backoff))
        retry.max_backoff.FromMilliseconds(int(longest_s * 1000))
    if not retry.HasField("min_backoff"):
        shortest_ms = min(DEFAULT_MIN_BACKOFF_MS, seconds_of(retry.max_backoff) * 1000)
        retry.min_backoff.FromMilliseconds(int(shortest_ms))


def _burst(dispatches_per_second: float) -> int:
    """Return the burst size, which the service picks: 100 at 500/s, 10 at 1/s as seen there."""
    lowest, highest = BURST_RANGE
    return max(lowest, min(highest, round(dispatches_per_second / 5)))
