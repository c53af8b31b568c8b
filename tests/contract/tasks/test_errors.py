"""Error codes and texts, recorded from Cloud Tasks by
https://github.com/aertje/cloud-tasks-emulator (conformance/golden/errors.json).
"""

from typing import Any

import pytest
from google.api_core import exceptions
from google.cloud.tasks_v2 import CloudTasksClient

from tests.contract.tasks.harness import PARENT, Caller, Stack

NO_QUEUE = (
    "Queue does not exist. If you just created the queue, "
    "wait at least a minute for the queue to initialize."
)
NOT_FOUND = "Requested entity was not found."
GONE = (
    "The task no longer exists, though a task with this name existed recently. "
    "The task either successfully completed or was deleted."
)
MISSING = f"{PARENT}/queues/missing"
URL = "http://127.0.0.1:9/"


@pytest.fixture
def paused(caller: Caller) -> str:
    """A queue that delivers nothing."""
    queue = caller.make_queue()
    caller.client.pause_queue(name=queue)
    return queue


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"rate_limits": {"max_dispatches_per_second": -1}},
         "RateLimits.maxDispatchesPerSecond cannot be negative."),
        ({"rate_limits": {"max_dispatches_per_second": 501}},
         "RateLimits.maxDispatchesPerSecond must be less than or equal to 500."),
        ({"rate_limits": {"max_concurrent_dispatches": -1}},
         "RateLimits.maxConcurrentDispatches cannot be negative."),
        ({"rate_limits": {"max_concurrent_dispatches": 5001}},
         "RateLimits.maxConcurrentDispatches must be less than or equal to 5000."),
        ({"retry_config": {"max_attempts": -2}},
         "RetryConfig.maxAttempts must be greater or equal to -1."),
        ({"retry_config": {"max_doublings": -1}}, "RetryConfig.maxDoublings cannot be negative."),
        ({"retry_config": {"min_backoff": {"seconds": -1}}},
         "RetryConfig.minBackoff cannot be negative."),
        ({"retry_config": {"min_backoff": {"seconds": 9}, "max_backoff": {"seconds": 8}}},
         "RetryConfig.minBackoff must be less than or equal to RetryConfig.maxBackoff."),
    ],
)  # fmt: skip
def test_a_queue_out_of_range_is_refused(
    caller: Caller, settings: dict[str, Any], text: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument) as caught:
        caller.make_queue(**settings)

    assert caught.value.message == text


@pytest.mark.parametrize("name", ["bad_name", "", "a" * 101, "q/tasks/t"])
def test_a_queue_name_has_rules(caller: Caller, name: str) -> None:
    with pytest.raises(exceptions.InvalidArgument) as caught:
        caller.make_queue(name)

    assert caught.value.message == (
        'Queue name must be formatted: "projects/<PROJECT_ID>/locations/<LOCATION_ID>'
        '/queues/<QUEUE_ID>".'
    )
    assert "Definition of queue name" in str(caught.value.details)


def test_a_queue_is_created_in_its_location(caller: Caller) -> None:
    queue = {"name": "projects/p/locations/else/queues/q"}

    with pytest.raises(exceptions.InvalidArgument, match="must begin with"):
        caller.client.create_queue({"parent": PARENT, "queue": queue})


def test_a_queue_exists_once(caller: Caller, queue: str) -> None:
    with pytest.raises(exceptions.AlreadyExists) as caught:
        caller.make_queue()

    assert caught.value.message == "Queue already exists"
    assert queue


@pytest.mark.parametrize(
    ("method", "text"),
    [
        (CloudTasksClient.get_queue, NO_QUEUE),
        (CloudTasksClient.pause_queue, NO_QUEUE),
        (CloudTasksClient.resume_queue, NO_QUEUE),
        (CloudTasksClient.purge_queue, NO_QUEUE),
        (CloudTasksClient.delete_queue, NOT_FOUND),
    ],
)
def test_a_missing_queue_is_not_found(caller: Caller, method: Any, text: str) -> None:
    with pytest.raises(exceptions.NotFound) as caught:
        method(caller.client, name=MISSING)

    assert caught.value.message == text


def test_a_deleted_queue_keeps_its_name_for_three_days(stack: Stack, caller: Caller) -> None:
    caller.client.delete_queue(name=caller.make_queue())

    with pytest.raises(exceptions.FailedPrecondition) as caught:
        caller.make_queue()
    with pytest.raises(exceptions.NotFound):
        caller.client.get_queue(name=f"{PARENT}/queues/q")

    assert caught.value.message == (
        "The queue cannot be created because a queue with this name existed too recently."
    )
    stack.advance(3 * 24 * 3600 + 1)
    assert caller.make_queue()


def test_a_task_needs_its_queue(caller: Caller) -> None:
    with pytest.raises(exceptions.NotFound) as caught:
        caller.add(MISSING, URL)

    assert caught.value.message == NO_QUEUE


@pytest.mark.parametrize(
    ("task", "text"),
    [
        ({"http_request": {}}, "HttpRequest.url is required."),
        ({"http_request": {"url": "a.example/x"}},
         "HttpTarget.url must start with 'http://' or 'https://'."),
        ({"http_request": {"url": "ftp://a.example/x"}},
         "HttpTarget.url must start with 'http://' or 'https://'."),
        ({"http_request": {"url": f"http://a/{'x' * 2083}"}},
         "HttpRequest.url must be at most 2083 characters."),
        ({"http_request": {"url": URL, "http_method": "GET", "body": b"x"}},
         "HttpRequest.body is allowed only with POST, PUT and PATCH."),
        ({"http_request": {"url": URL, "body": b"x" * 102_400}}, "Task size too large"),
        ({"http_request": {"url": URL, "headers": {"a": "x" * 81_920}}},
         "HttpRequest.headers must be smaller than 80KB."),
        ({"http_request": {"url": URL}, "dispatch_deadline": {"seconds": 14}},
         "Task.dispatchDeadline must be between [15s, 30m]."),
        ({"http_request": {"url": URL}, "dispatch_deadline": {"seconds": 1801}},
         "Task.dispatchDeadline must be between [15s, 30m]."),
        ({"http_request": {"url": URL}, "schedule_time": {"seconds": 4_000_000_000}},
         ("The Task.scheduleTime, 2096-10-02T07:06:40Z, is too far in the future. "
          "Schedule time must be no more than 720h in the future.")),
        ({"http_request": {"url": URL}, "name": f"{MISSING}/tasks/t"},
         (f"The queue name from request ('{PARENT}/queues/q') must be the same as "
          f"the queue name in the named task ('{MISSING}').")),
        ({"http_request": {"url": URL}, "name": f"{PARENT}/queues/q/tasks/not a valid id"},
         ('Task ID "not a valid id" can contain only letters ([A-Za-z]), numbers ([0-9]), '
          "hyphens (-), or underscores (_). Task ID must between 1 and 500 characters.")),
    ],
)  # fmt: skip
def test_a_task_out_of_range_is_refused(
    caller: Caller, paused: str, task: dict[str, Any], text: str
) -> None:
    with pytest.raises(exceptions.InvalidArgument) as caught:
        caller.client.create_task({"parent": paused, "task": task})

    assert caught.value.message == text


def test_a_task_of_nearly_100_kb_is_taken(caller: Caller, paused: str) -> None:
    task = caller.add(paused, URL, http_request={"body": b"x" * 102_000})

    assert task.name.startswith(f"{paused}/tasks/")


def test_a_broken_escape_in_the_url_is_taken(caller: Caller, paused: str) -> None:
    assert caller.add(paused, "http://a.example/%zz").http_request.url == "http://a.example/%zz"


def test_the_name_of_a_waiting_task_is_taken(caller: Caller, paused: str) -> None:
    caller.add(paused, URL, "t")

    with pytest.raises(exceptions.AlreadyExists) as caught:
        caller.add(paused, URL, "t")

    assert caught.value.message == "Requested entity already exists"


def test_the_name_of_a_deleted_task_is_kept_for_a_day(
    stack: Stack, caller: Caller, paused: str
) -> None:
    name = caller.add(paused, URL, "t").name
    caller.client.delete_task(name=name)

    with pytest.raises(exceptions.AlreadyExists):
        caller.add(paused, URL, "t")
    with pytest.raises(exceptions.NotFound) as caught:
        caller.client.get_task(name=name)

    assert caught.value.message == GONE
    stack.advance(24 * 3600 + 1)
    assert caller.add(paused, URL, "t").name == name


@pytest.mark.parametrize(
    "method",
    [CloudTasksClient.get_task, CloudTasksClient.delete_task, CloudTasksClient.run_task],
)
def test_an_unknown_task_is_not_found(caller: Caller, paused: str, method: Any) -> None:
    with pytest.raises(exceptions.NotFound) as caught:
        method(caller.client, name=f"{paused}/tasks/none")

    assert caught.value.message == NOT_FOUND
