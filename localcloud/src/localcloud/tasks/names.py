"""Names of queues and tasks, and what is said of those that are not allowed.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues#Queue.FIELDS.name
Error texts: recorded from the service by the conformance tests of
https://github.com/aertje/cloud-tasks-emulator
"""

import re
import secrets

import grpc
from google.rpc import error_details_pb2

from localcloud.errors import RpcError, invalid_argument

_QUEUE = re.compile(
    r"(projects/[A-Za-z0-9:.-]+/locations/[A-Za-z0-9-]+)/queues/[A-Za-z0-9-]{1,100}"
)
_TASK_ID = re.compile(r"[A-Za-z0-9_-]{1,500}")
_REFERENCE = "https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues"


def check_queue_name(name: str) -> None:
    """Raise RpcError where this cannot be the name of a queue."""
    if not _QUEUE.fullmatch(name):
        raise _with_help(
            "Queue name must be formatted: "
            '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>".',
            "Definition of queue name",
            f"{_REFERENCE}#Queue.FIELDS.name",
        )


def check_queue_parent(name: str, parent: str) -> None:
    """Raise RpcError where the queue is not in the location."""
    if not name.startswith(f"{parent}/queues/"):
        raise invalid_argument(f"{name} must begin with {parent}.")


def check_task_name(name: str, queue: str) -> None:
    """Raise RpcError where this cannot be the name of a task in the queue."""
    named_queue, separator, task_id = name.partition("/tasks/")
    if not separator:
        raise invalid_argument(
            "Task name must be formatted: "
            '"projects/<PROJECT_ID>/locations/<LOCATION_ID>/queues/<QUEUE_ID>/tasks/<TASK_ID>"'
        )
    if named_queue != queue:
        raise invalid_argument(
            f"The queue name from request ('{queue}') must be the same as "
            f"the queue name in the named task ('{named_queue}')."
        )
    if not _TASK_ID.fullmatch(task_id):
        raise _with_help(
            f'Task ID "{task_id}" can contain only letters ([A-Za-z]), numbers ([0-9]), '
            "hyphens (-), or underscores (_). Task ID must between 1 and 500 characters.",
            "Definition of task ID",
            f"{_REFERENCE}.tasks#Task.FIELDS.name",
        )


def new_task_name(queue: str) -> str:
    """Return a name as the service picks it for an unnamed task: a large number."""
    return f"{queue}/tasks/{secrets.randbits(63)}"


def _with_help(message: str, description: str, url: str) -> RpcError:
    link = error_details_pb2.Help.Link(description=description, url=url)
    details = (error_details_pb2.Help(links=[link]),)
    return RpcError(grpc.StatusCode.INVALID_ARGUMENT, message, details)
