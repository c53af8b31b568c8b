"""The methods of ``google.cloud.tasks.v2.CloudTasks``, over gRPC and REST.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues
https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks
"""

import re

from google.cloud.tasks_v2.types import cloudtasks
from google.protobuf.empty_pb2 import Empty

from localcloud.clock import Clock
from localcloud.errors import invalid_argument
from localcloud.rpc import Http, Service
from localcloud.tasks.dispatch import Dispatcher
from localcloud.tasks.messages import (
    ListQueuesResponse,
    ListTasksResponse,
    Queue,
    QueueMessage,
    QueueState,
    TaskMessage,
    set_micros,
)
from localcloud.tasks.names import check_queue_name, check_queue_parent
from localcloud.tasks.pages import name_before, page_size, token_after
from localcloud.tasks.queue_rules import new_queue, updated_queue
from localcloud.tasks.state import TaskState
from localcloud.tasks.task_rules import new_task, viewed

NAME = "google.cloud.tasks.v2.CloudTasks"
MAX_QUEUES_PAGE = 9800
MAX_TASKS_PAGE = 1000

_LOCATION = "projects/*/locations/*"
_QUEUE = f"{_LOCATION}/queues/*"
_TASK = f"{_QUEUE}/tasks/*"
_STATE_FILTER = re.compile(r"\s*state\s*(:|=|!=)\s*\"?([A-Z_]+)\"?\s*")


def service(state: TaskState, dispatcher: Dispatcher, clock: Clock) -> Service:
    """Return the table of methods."""
    table = Service(NAME)
    _add_queue_methods(table, QueueMethods(state, dispatcher, clock))
    _add_task_methods(table, TaskMethods(state, dispatcher, clock))
    return table


def _add_queue_methods(table: Service, queues: "QueueMethods") -> None:
    for name, request, handler, rule in (
        ("ListQueues", cloudtasks.ListQueuesRequest, queues.list,
         Http("GET", f"/v2/{{parent={_LOCATION}}}/queues")),
        ("GetQueue", cloudtasks.GetQueueRequest, queues.get,
         Http("GET", f"/v2/{{name={_QUEUE}}}")),
        ("CreateQueue", cloudtasks.CreateQueueRequest, queues.create,
         Http("POST", f"/v2/{{parent={_LOCATION}}}/queues", "queue")),
        ("UpdateQueue", cloudtasks.UpdateQueueRequest, queues.update,
         Http("PATCH", f"/v2/{{queue.name={_QUEUE}}}", "queue")),
        ("DeleteQueue", cloudtasks.DeleteQueueRequest, queues.delete,
         Http("DELETE", f"/v2/{{name={_QUEUE}}}")),
        ("PurgeQueue", cloudtasks.PurgeQueueRequest, queues.purge,
         Http("POST", f"/v2/{{name={_QUEUE}}}:purge", "*")),
        ("PauseQueue", cloudtasks.PauseQueueRequest, queues.pause,
         Http("POST", f"/v2/{{name={_QUEUE}}}:pause", "*")),
        ("ResumeQueue", cloudtasks.ResumeQueueRequest, queues.resume,
         Http("POST", f"/v2/{{name={_QUEUE}}}:resume", "*")),
    ):  # fmt: skip
        table.unary(name, request, handler, rule)


def _add_task_methods(table: Service, tasks: "TaskMethods") -> None:
    for name, request, handler, rule in (
        ("ListTasks", cloudtasks.ListTasksRequest, tasks.list,
         Http("GET", f"/v2/{{parent={_QUEUE}}}/tasks")),
        ("GetTask", cloudtasks.GetTaskRequest, tasks.get,
         Http("GET", f"/v2/{{name={_TASK}}}")),
        ("CreateTask", cloudtasks.CreateTaskRequest, tasks.create,
         Http("POST", f"/v2/{{parent={_QUEUE}}}/tasks", "*")),
        ("DeleteTask", cloudtasks.DeleteTaskRequest, tasks.delete,
         Http("DELETE", f"/v2/{{name={_TASK}}}")),
        ("RunTask", cloudtasks.RunTaskRequest, tasks.run,
         Http("POST", f"/v2/{{name={_TASK}}}:run", "*")),
    ):  # fmt: skip
        table.unary(name, request, handler, rule)


class QueueMethods:
    """Handlers about queues."""

    def __init__(self, state: TaskState, dispatcher: Dispatcher, clock: Clock) -> None:
        self._state = state
        self._dispatcher = dispatcher
        self._clock = clock

    async def create(self, request: cloudtasks.CreateQueueRequest) -> QueueMessage:
        check_queue_name(request.queue.name)
        check_queue_parent(request.queue.name, request.parent)
        queue = new_queue(request.queue)
        self._state.add_queue(queue, self._clock.time())
        return queue

    async def get(self, request: cloudtasks.GetQueueRequest) -> QueueMessage:
        return self._state.queue(request.name)

    async def list(self, request: cloudtasks.ListQueuesRequest) -> QueueMessage:
        size = page_size(request.page_size, MAX_QUEUES_PAGE)
        after = name_before(request.page_token)
        found = [
            queue
            for queue in self._state.queues()
            if queue.name.startswith(f"{request.parent}/queues/")
            and queue.name > after
            and _matches(queue, request.filter)
        ]
        more = token_after(found[size - 1].name) if len(found) > size else ""
        return ListQueuesResponse(queues=found[:size], next_page_token=more)

    async def update(self, request: cloudtasks.UpdateQueueRequest) -> QueueMessage:
        """Create the queue where it does not exist, as the service does."""
        name = request.queue.name
        if self._state.has_queue(name):
            queue = updated_queue(self._state.queue(name), request.queue, request.update_mask)
            self._state.save_queue(queue)
        else:
            queue = new_queue(request.queue)
            self._state.add_queue(queue, self._clock.time())
        self._dispatcher.wake()
        return queue

    async def delete(self, request: cloudtasks.DeleteQueueRequest) -> Empty:
        self._state.delete_queue(request.name, self._clock.time())
        return Empty()

    async def purge(self, request: cloudtasks.PurgeQueueRequest) -> QueueMessage:
        queue = self._copy(request.name)
        self._state.purge_queue(queue.name, self._clock.time())
        set_micros(queue.purge_time, self._clock.time_ns() // 1000)
        self._state.save_queue(queue)
        return queue

    async def pause(self, request: cloudtasks.PauseQueueRequest) -> QueueMessage:
        return self._set_state(request.name, QueueState.PAUSED)

    async def resume(self, request: cloudtasks.ResumeQueueRequest) -> QueueMessage:
        return self._set_state(request.name, QueueState.RUNNING)

    def _set_state(self, name: str, queue_state: int) -> QueueMessage:
        queue = self._copy(name)
        queue.state = queue_state
        self._state.save_queue(queue)
        self._dispatcher.wake()
        return queue

    def _copy(self, name: str) -> QueueMessage:
        queue = Queue()
        queue.CopyFrom(self._state.queue(name))
        return queue


class TaskMethods:
    """Handlers about tasks."""

    def __init__(self, state: TaskState, dispatcher: Dispatcher, clock: Clock) -> None:
        self._state = state
        self._dispatcher = dispatcher
        self._clock = clock

    async def create(self, request: cloudtasks.CreateTaskRequest) -> TaskMessage:
        queue = self._state.queue(request.parent)
        task = new_task(request.task, queue.name, self._clock.time_ns() // 1000)
        self._state.add_task(task, queue.name, self._clock.time())
        self._dispatcher.wake()
        return viewed(task, request.response_view)

    async def get(self, request: cloudtasks.GetTaskRequest) -> TaskMessage:
        stored = self._state.task(request.name, self._clock.time())
        return viewed(stored.message, request.response_view)

    async def list(self, request: cloudtasks.ListTasksRequest) -> TaskMessage:
        queue = self._state.queue(request.parent)
        size = page_size(request.page_size, MAX_TASKS_PAGE)
        after = name_before(request.page_token)
        found = self._state.tasks(queue.name, after, size + 1)
        more = token_after(found[size - 1].name) if len(found) > size else ""
        shown = [viewed(task, request.response_view) for task in found[:size]]
        return ListTasksResponse(tasks=shown, next_page_token=more)

    async def delete(self, request: cloudtasks.DeleteTaskRequest) -> Empty:
        self._state.task(request.name, self._clock.time())
        self._state.remove_task(request.name, self._clock.time())
        return Empty()

    async def run(self, request: cloudtasks.RunTaskRequest) -> TaskMessage:
        """Begin an attempt now and answer at once; the attempt's outcome is not waited for."""
        self._state.task(request.name, self._clock.time())
        self._dispatcher.run_now(request.name)
        stored = self._state.task(request.name, self._clock.time())
        return viewed(stored.message, request.response_view)


def _matches(queue: QueueMessage, filter_text: str) -> bool:
    """Say whether a queue passes the filter; of the filter language only ``state`` is known."""
    if not filter_text:
        return True
    found = _STATE_FILTER.fullmatch(filter_text)
    if not found or found[2] not in QueueState.__members__:
        raise invalid_argument(f"localcloud knows only filters on state, not: {filter_text}")
    return bool((queue.state == QueueState[found[2]]) == (found[1] != "!="))
