"""What a task may be, and what it is when created.

https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks
"""

from urllib.parse import quote

from localcloud.errors import failed_precondition, invalid_argument
from localcloud.tasks.backoff import check_retry_config
from localcloud.tasks.headers import USER_AGENT, is_ignored
from localcloud.tasks.messages import (
    METHODS_WITH_BODY,
    HttpMethod,
    Task,
    TaskMessage,
    View,
    micros_of,
    seconds_of,
    set_micros,
)
from localcloud.tasks.names import check_task_name, new_task_name

MAX_TASK_BYTES = 100 * 1024
MAX_URL_LENGTH = 2083
MAX_HEADER_BYTES = 80 * 1024
DEADLINE_RANGE_S = (15, 30 * 60)
DEFAULT_DEADLINE_S = 600
MAX_AHEAD_S = 30 * 24 * 3600


def new_task(asked: TaskMessage, queue: str, now_us: int) -> TaskMessage:
    """Return the task as it is stored when this is asked for.  Raises RpcError."""
    _check(asked, queue)
    task = Task(name=asked.name or new_task_name(queue))
    task.http_request.CopyFrom(asked.http_request)
    _fill_in_request(task)
    set_micros(task.schedule_time, _schedule_us(asked, now_us))
    task.create_time.FromSeconds(now_us // 1_000_000)
    task.dispatch_deadline.FromSeconds(DEFAULT_DEADLINE_S)
    if asked.HasField("dispatch_deadline"):
        task.dispatch_deadline.FromMilliseconds(asked.dispatch_deadline.ToMilliseconds())
    if asked.HasField("retry_config"):
        task.retry_config.CopyFrom(asked.retry_config)
    if task.ByteSize() > MAX_TASK_BYTES:
        raise invalid_argument("Task size too large")
    return task


def viewed(task: TaskMessage, view: int) -> TaskMessage:
    """Return the task in the view that was asked for; BASIC, the default, lacks the body."""
    result = Task()
    result.CopyFrom(task)
    result.view = view or View.BASIC
    if result.view == View.BASIC:
        result.http_request.ClearField("body")
    return result


def _check(asked: TaskMessage, queue: str) -> None:
    if asked.name:
        check_task_name(asked.name, queue)
    if asked.HasField("app_engine_http_request"):
        raise failed_precondition("localcloud has no App Engine; give the task an httpRequest.")
    _check_request(asked)
    lowest_s, highest_s = DEADLINE_RANGE_S
    if asked.HasField("dispatch_deadline"):
        deadline_s = seconds_of(asked.dispatch_deadline)
        if not lowest_s <= deadline_s <= highest_s:
            raise invalid_argument("Task.dispatchDeadline must be between [15s, 30m].")
    check_retry_config(asked.retry_config)


def _check_request(asked: TaskMessage) -> None:
    request = asked.http_request
    if not request.url:
        raise invalid_argument("HttpRequest.url is required.")
    if not request.url.startswith(("http://", "https://")):
        raise invalid_argument("HttpTarget.url must start with 'http://' or 'https://'.")
    if len(quote(request.url, safe="%/:=&?~#+!$,;'@()*[]")) > MAX_URL_LENGTH:
        raise invalid_argument(f"HttpRequest.url must be at most {MAX_URL_LENGTH} characters.")
    method = request.http_method or HttpMethod.POST
    if request.body and method not in METHODS_WITH_BODY:
        raise invalid_argument("HttpRequest.body is allowed only with POST, PUT and PATCH.")
    if sum(len(k) + len(v) for k, v in request.headers.items()) >= MAX_HEADER_BYTES:
        raise invalid_argument("HttpRequest.headers must be smaller than 80KB.")
    authorization = request.WhichOneof("authorization_header")
    if authorization and not getattr(request, authorization).service_account_email:
        raise invalid_argument("A token needs a serviceAccountEmail.")


def _fill_in_request(task: TaskMessage) -> None:
    request = task.http_request
    request.http_method = request.http_method or HttpMethod.POST
    for name in [name for name in request.headers if is_ignored(name)]:
        del request.headers[name]
    request.headers["User-Agent"] = USER_AGENT


def _schedule_us(asked: TaskMessage, now_us: int) -> int:
    asked_us = micros_of(asked.schedule_time) if asked.HasField("schedule_time") else 0
    if asked_us > now_us + MAX_AHEAD_S * 1_000_000:
        raise invalid_argument(
            f"The Task.scheduleTime, {asked.schedule_time.ToJsonString()}, is too far in the "
            "future. Schedule time must be no more than 720h in the future."
        )
    return max(asked_us, now_us)
