import logging
from itertools import pairwise

import pytest
from google.api_core import exceptions
from google.cloud.tasks_v2 import Task
from starlette.responses import RedirectResponse, Response

from tests.contract.tasks.harness import Caller, Stack, Worker
from tests.local_cloud import wait_until

UNAVAILABLE = 503


def fail(
    times: int, status: int = UNAVAILABLE, headers: dict[str, str] | None = None
) -> list[Response]:
    return [Response(status_code=status, headers=headers) for _ in range(times)]


def waited_s(caller: Caller, name: str) -> float:
    """How long the task waits from its last attempt to the next."""
    task = Task.pb(caller.client.get_task(name=name))
    answered_us = task.last_attempt.response_time.ToMicroseconds()
    return float(task.schedule_time.ToMicroseconds() - answered_us) / 1e6


def test_the_waits_between_attempts_follow_the_documented_schedule(
    stack: Stack, caller: Caller, worker: Worker
) -> None:
    settings = {"min_backoff": {"seconds": 10}, "max_backoff": {"seconds": 300}, "max_doublings": 3}
    queue = caller.make_queue(retry_config=settings)
    worker.answers = fail(8)
    name = caller.add(queue, worker.url, "t").name

    waits = []
    for attempts in range(1, 9):
        wait_until(lambda: len(worker.received) == attempts)  # noqa: B023 -- called at once
        wait_until(lambda: caller.client.get_task(name=name).response_count == attempts)  # noqa: B023
        waits.append(waited_s(caller, name))
        stack.advance(waits[-1])

    assert waits == pytest.approx([10, 20, 40, 80, 160, 240, 300, 300], abs=0.05)
    wait_until(lambda: list(caller.client.list_tasks(parent=queue)) == [])


def test_a_task_without_attempts_left_is_deleted_and_the_log_says_so(
    caller: Caller, worker: Worker, caplog: pytest.LogCaptureFixture
) -> None:
    quick = {"max_attempts": 3, "min_backoff": {"nanos": 10**6}, "max_backoff": {"nanos": 10**6}}
    queue = caller.make_queue(retry_config=quick)
    worker.answers = fail(9, 400)

    with caplog.at_level(logging.WARNING, "localcloud.tasks"):
        name = caller.add(queue, worker.url, "t").name
        wait_until(lambda: list(caller.client.list_tasks(parent=queue)) == [])

    assert len(worker.received) == 3
    assert f"task {name} failed for good after 3 attempts" in caplog.text
    assert "HTTP status code 400" in caplog.text
    with pytest.raises(exceptions.AlreadyExists):
        caller.add(queue, worker.url, "t")


def test_a_tasks_own_retry_settings_come_before_the_queues(
    caller: Caller, queue: str, worker: Worker
) -> None:
    worker.answers = fail(9)

    caller.add(queue, worker.url, retry_config={"max_attempts": 1})

    wait_until(lambda: list(caller.client.list_tasks(parent=queue)) == [])
    assert len(worker.received) == 1


@pytest.mark.parametrize(("asked", "waits"), [("90", 90), ("0", 0.1)])
def test_retry_after_lengthens_the_wait_but_never_shortens_it(
    caller: Caller, queue: str, worker: Worker, asked: str, waits: float
) -> None:
    caller.client.pause_queue(name=queue)
    worker.answers = fail(1, headers={"Retry-After": asked})
    name = caller.add(queue, worker.url, "t").name
    caller.client.run_task(name=name)

    wait_until(lambda: caller.client.get_task(name=name).response_count == 1)

    assert waited_s(caller, name) == pytest.approx(waits, abs=0.05)


def test_a_redirect_is_a_failure(caller: Caller, queue: str, worker: Worker) -> None:
    worker.answers = [RedirectResponse("/else", 302)]

    caller.add(queue, worker.url)

    wait_until(lambda: len(worker.received) == 2)
    assert worker.received[1].headers["x-cloudtasks-taskpreviousresponse"] == "302"


def test_a_worker_that_does_not_answer_is_given_up_at_the_deadline(
    stack: Stack, caller: Caller, queue: str, worker: Worker
) -> None:
    worker.hold_s = 30
    name = caller.add(queue, worker.url, "t", dispatch_deadline={"seconds": 15}).name
    wait_until(lambda: len(worker.received) == 1)
    worker.hold_s = 0

    stack.advance(14)
    assert worker.at_once == 1
    stack.advance(2)

    wait_until(lambda: len(worker.received) == 2)
    headers = worker.received[1].headers
    assert headers["x-cloudtasks-taskpreviousresponse"] == "504"
    assert headers["x-cloudtasks-taskexecutioncount"] == "0"
    with pytest.raises(exceptions.AlreadyExists):
        caller.add(queue, worker.url, name.rpartition("/")[2])


def test_a_worker_that_is_not_there_is_tried_again(caller: Caller, queue: str) -> None:
    name = caller.add(queue, "http://127.0.0.1:9/", "t").name

    wait_until(lambda: caller.client.get_task(name=name).dispatch_count >= 2)

    task = caller.client.get_task(name=name)
    assert task.response_count == 0
    assert "UNAVAILABLE(14): ConnectError" in task.last_attempt.response_status.message


@pytest.mark.parametrize("url", ["http://[broken", "http://a b", "http://127.0.0.1:99999/"])
def test_a_url_that_cannot_be_called_fails_only_its_task(
    caller: Caller, queue: str, worker: Worker, url: str
) -> None:
    name = caller.add(queue, url, "t").name
    caller.add(queue, f"{worker.url}/fine")

    wait_until(lambda: [r.path for r in worker.received] == ["/fine"])

    wait_until(lambda: bool(caller.client.get_task(name=name).last_attempt.response_status.message))


def test_no_more_tasks_run_at_once_than_the_queue_allows(caller: Caller, worker: Worker) -> None:
    queue = caller.make_queue(rate_limits={"max_concurrent_dispatches": 3})
    worker.hold_s = 0.02

    for _ in range(20):
        caller.add(queue, worker.url)

    wait_until(lambda: list(caller.client.list_tasks(parent=queue)) == [])
    assert len(worker.received) == 20
    assert worker.most_at_once == 3


def test_tasks_go_out_at_the_queues_rate_after_a_burst(
    stack: Stack, caller: Caller, worker: Worker
) -> None:
    queue = caller.make_queue(rate_limits={"max_dispatches_per_second": 0.01})
    assert caller.client.get_queue(name=queue).rate_limits.max_burst_size == 10

    for _ in range(13):
        caller.add(queue, worker.url)
    wait_until(lambda: len(worker.received) == 10)
    counts = [len(worker.received)]
    for _ in range(3):
        stack.advance(100.5)
        before = counts[-1]
        wait_until(lambda: len(worker.received) > before)  # noqa: B023 -- called at once
        counts.append(len(worker.received))

    assert counts == [10, 11, 12, 13]


def test_attempts_carry_tokens_of_the_service_account(
    caller: Caller, queue: str, worker: Worker
) -> None:
    oidc = {"service_account_email": "a@p.iam"}
    caller.add(queue, f"{worker.url}/1", http_request={"oidc_token": oidc})
    named = {**oidc, "audience": "https://aud"}
    caller.add(queue, f"{worker.url}/2", http_request={"oidc_token": named})
    caller.add(queue, f"{worker.url}/3", http_request={"oauth_token": oidc})

    wait_until(lambda: len(worker.received) == 3)

    tokens = {r.path: r.headers["authorization"] for r in worker.received}
    assert tokens == {
        "/1": f"Bearer id:a@p.iam:{worker.url}/1",
        "/2": "Bearer id:a@p.iam:https://aud",
        "/3": "Bearer access:a@p.iam:https://www.googleapis.com/auth/cloud-platform",
    }


def test_a_queues_target_overrides_its_tasks(caller: Caller, worker: Worker) -> None:
    target = {
        "uri_override": {"path_override": {"path": "/queue"}},
        "header_overrides": [{"header": {"key": "X-From", "value": "queue"}}],
        "http_method": "PUT",
    }
    queue = caller.make_queue(http_target=target)

    caller.add(queue, f"{worker.url}/task")

    wait_until(lambda: bool(worker.received))
    [received] = worker.received
    assert (received.method, received.path) == ("PUT", "/queue")
    assert received.headers["x-from"] == "queue"


def test_attempts_of_one_task_do_not_overlap(caller: Caller, queue: str, worker: Worker) -> None:
    worker.answers = fail(3)
    worker.hold_s = 0.02

    caller.add(queue, worker.url)
    wait_until(lambda: len(worker.received) == 4)

    starts = [r.at for r in worker.received]
    assert all(later - earlier >= 0.02 + 0.1 for earlier, later in pairwise(starts))
