"""What the worker is sent, and when.

The expected headers were recorded from Cloud Tasks by
https://github.com/aertje/cloud-tasks-emulator (conformance/golden/dispatch.json).
"""

from starlette.responses import Response

from tests.contract.tasks.harness import Caller, Stack, Worker
from tests.local_cloud import wait_until

NO_WAIT = {"min_backoff": {"nanos": 1_000_000}, "max_backoff": {"nanos": 1_000_000}}


def task_headers(headers: dict[str, str]) -> dict[str, str]:
    eta = headers["x-cloudtasks-tasketa"]
    assert len(eta.partition(".")[2]) == 6
    return {
        name.removeprefix("x-cloudtasks-"): value
        for name, value in headers.items()
        if name.startswith("x-cloudtasks-") and name != "x-cloudtasks-tasketa"
    }


def test_a_task_arrives_once_as_it_was_given(caller: Caller, queue: str, worker: Worker) -> None:
    headers = {"X-Mixed": "yes", "Host": "else", "X-CloudTasks-TaskName": "forged"}
    request = {"headers": headers, "body": b"{}"}

    caller.add(queue, f"{worker.url}/a%20b?c=1", "t-1", http_request=request)
    wait_until(lambda: bool(worker.received))

    [received] = worker.received
    assert (received.method, received.path, received.body) == ("POST", "/a%20b?c=1", b"{}")
    assert received.headers["user-agent"] == "Google-Cloud-Tasks"
    assert received.headers["x-mixed"] == "yes"
    assert received.headers["host"] in worker.url
    assert "content-type" not in received.headers
    assert "authorization" not in received.headers
    assert task_headers(received.headers) == {
        "queuename": "q",
        "taskname": "t-1",
        "taskretrycount": "0",
        "taskexecutioncount": "0",
    }


def test_attempts_are_counted_as_the_service_counts_them(caller: Caller, worker: Worker) -> None:
    worker.answers = [Response(status_code=503), Response(status_code=404)]
    queue = caller.make_queue(retry_config=NO_WAIT)

    caller.add(queue, worker.url, "t-1")
    wait_until(lambda: len(worker.received) == 3)

    assert [task_headers(r.headers) for r in worker.received[1:]] == [
        {
            "queuename": "q",
            "taskname": "t-1",
            "taskretrycount": "1",
            "taskexecutioncount": "0",
            "taskpreviousresponse": "503",
            "taskretryreason": "",
        },
        {
            "queuename": "q",
            "taskname": "t-1",
            "taskretrycount": "2",
            "taskexecutioncount": "1",
            "taskpreviousresponse": "404",
            "taskretryreason": "",
        },
    ]


def test_a_scheduled_task_waits_for_its_time(
    stack: Stack, caller: Caller, queue: str, worker: Worker
) -> None:
    later = int(stack.clock.time() + 3600)
    caller.add(queue, f"{worker.url}/later", schedule_time={"seconds": later})
    caller.add(queue, f"{worker.url}/now")
    wait_until(lambda: [r.path for r in worker.received] == ["/now"])

    stack.advance(3600)

    wait_until(lambda: [r.path for r in worker.received] == ["/now", "/later"])
