"""The API's protobuf classes, raw: proto-plus wrappers cost ten times as much.

https://cloud.google.com/tasks/docs/reference/rpc/google.cloud.tasks.v2
"""

from typing import Any, TypeAlias

from google.cloud.tasks_v2.types import cloudtasks, queue, target, task
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

QueueMessage: TypeAlias = Any
TaskMessage: TypeAlias = Any
HttpRequestMessage: TypeAlias = Any
HttpTargetMessage: TypeAlias = Any
UriOverrideMessage: TypeAlias = Any
RetryConfigMessage: TypeAlias = Any

Queue: Any = queue.Queue.pb()
Task: Any = task.Task.pb()
HttpRequest: Any = target.HttpRequest.pb()
Attempt: Any = task.Attempt.pb()
ListQueuesResponse: Any = cloudtasks.ListQueuesResponse.pb()
ListTasksResponse: Any = cloudtasks.ListTasksResponse.pb()

QueueState: Any = queue.Queue.State
HttpMethod: Any = target.HttpMethod
View: Any = task.Task.View
METHODS_WITH_BODY = frozenset({HttpMethod.POST, HttpMethod.PUT, HttpMethod.PATCH})


def seconds_of(duration: Duration) -> float:
    return duration.seconds + duration.nanos / 1e9


def micros_of(timestamp: Timestamp) -> int:
    return int(timestamp.ToMicroseconds())


def set_micros(timestamp: Timestamp, micros: int) -> None:
    """Set a time; the API keeps microseconds."""
    timestamp.FromMicroseconds(micros)
