"""What happens to a queue or a task while one of its attempts is under way."""

import logging

import pytest
from google.api_core import exceptions
from starlette.responses import Response

from tests.contract.tasks.harness import Caller, Worker
from tests.local_cloud import wait_until


@pytest.fixture
def name(caller: Caller, queue: str, worker: Worker) -> str:
    """A task whose first attempt is under way, and will fail."""
    worker.hold_s = 0.15
    worker.answers = [Response(status_code=500)]
    name = caller.add(queue, worker.url, "t").name
    wait_until(lambda: worker.at_once == 1)
    return str(name)


def settle(worker: Worker) -> None:
    wait_until(lambda: worker.at_once == 0)


@pytest.mark.usefixtures("name")
def test_a_purged_task_is_not_tried_again(
    caller: Caller, queue: str, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        caller.client.purge_queue(name=queue)
        settle(worker)
        caller.add(queue, f"{worker.url}/later")
        wait_until(lambda: len(worker.received) == 2)

    assert [r.path for r in worker.received] == ["/", "/later"]
    assert not caplog.records


@pytest.mark.usefixtures("name")
def test_a_deleted_queue_takes_its_tasks_along(
    caller: Caller, queue: str, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        caller.client.delete_queue(name=queue)
        settle(worker)
        other = caller.make_queue("other")
        caller.add(other, f"{worker.url}/later")
        wait_until(lambda: len(worker.received) == 2)

    assert [r.path for r in worker.received] == ["/", "/later"]
    assert not caplog.records


def test_a_paused_queue_does_not_retry_until_resumed(
    caller: Caller, queue: str, name: str, worker: Worker
) -> None:
    caller.client.pause_queue(name=queue)
    wait_until(lambda: caller.client.get_task(name=name).response_count == 1)

    caller.client.resume_queue(name=queue)

    wait_until(lambda: len(worker.received) == 2)
    assert worker.received[1].headers["x-cloudtasks-taskpreviousresponse"] == "500"


def test_run_task_begins_a_second_attempt_beside_the_first(
    caller: Caller, queue: str, name: str, worker: Worker
) -> None:
    worker.answers = []

    run = caller.client.run_task(name=name)

    assert run.dispatch_count == 2
    wait_until(lambda: worker.at_once == 2)
    settle(worker)
    wait_until(lambda: not list(caller.client.list_tasks(parent=queue)))
    with pytest.raises(exceptions.NotFound, match="no longer exists"):
        caller.client.get_task(name=name)
    assert len(worker.received) == 2


def test_a_lower_concurrency_holds_from_the_next_attempt_on(
    caller: Caller, queue: str, worker: Worker
) -> None:
    worker.hold_s = 0.02
    caller.client.pause_queue(name=queue)
    for _ in range(12):
        caller.add(queue, worker.url)
    limits = {"rate_limits": {"max_concurrent_dispatches": 2}}
    caller.client.update_queue({"queue": {"name": queue, **limits}})

    caller.client.resume_queue(name=queue)

    wait_until(lambda: not list(caller.client.list_tasks(parent=queue)))
    assert worker.most_at_once == 2
