import pytest
from google.api_core import exceptions
from google.cloud.tasks_v2 import Queue, Task

from tests.contract.tasks.harness import PARENT, Caller, Worker
from tests.local_cloud import wait_until

URL = "http://127.0.0.1:9/"


def test_a_new_queue_has_the_documented_defaults(caller: Caller) -> None:
    queue = caller.client.get_queue(name=caller.make_queue())

    assert queue.state == Queue.State.RUNNING
    assert queue.rate_limits.max_dispatches_per_second == 500
    assert queue.rate_limits.max_burst_size == 100
    assert queue.rate_limits.max_concurrent_dispatches == 1000
    assert queue.retry_config.max_attempts == 100
    assert Queue.pb(queue).retry_config.min_backoff.ToMilliseconds() == 100
    assert Queue.pb(queue).retry_config.max_backoff.ToSeconds() == 3600
    assert queue.retry_config.max_doublings == 16


def test_an_update_changes_only_what_its_mask_names(caller: Caller) -> None:
    queue = caller.make_queue(retry_config={"max_attempts": 7, "max_doublings": 2})
    asked = {
        "name": queue,
        "state": "PAUSED",
        "rate_limits": {"max_dispatches_per_second": 5},
        "retry_config": {"max_attempts": 9, "max_doublings": 3},
    }
    mask = {"paths": ["retry_config.max_attempts", "state"]}

    updated = caller.client.update_queue({"queue": asked, "update_mask": mask})

    assert updated == caller.client.get_queue(name=queue)
    assert updated.retry_config.max_attempts == 9
    assert updated.retry_config.max_doublings == 2
    assert updated.rate_limits.max_dispatches_per_second == 500
    assert updated.state == Queue.State.RUNNING


def test_an_update_creates_a_queue_that_is_not_there(caller: Caller) -> None:
    name = f"{PARENT}/queues/new"

    caller.client.update_queue({"queue": {"name": name}})

    assert caller.client.get_queue(name=name).rate_limits.max_concurrent_dispatches == 1000


def test_an_update_of_an_unknown_field_is_refused(caller: Caller, queue: str) -> None:
    asked = {"queue": {"name": queue}, "update_mask": {"paths": ["colour"]}}

    with pytest.raises(exceptions.InvalidArgument, match="colour"):
        caller.client.update_queue(asked)


def test_queues_are_listed_by_page_location_and_state(caller: Caller) -> None:
    names = [caller.make_queue(f"q-{i}") for i in range(5)]
    caller.client.pause_queue(name=names[3])

    listed = [q.name for q in caller.client.list_queues({"parent": PARENT, "page_size": 2})]
    paused = caller.client.list_queues({"parent": PARENT, "filter": "state: PAUSED"})
    elsewhere = caller.client.list_queues(parent="projects/p/locations/else")

    assert listed == names
    assert [q.name for q in paused] == [names[3]]
    assert list(elsewhere) == []


def test_tasks_are_listed_by_page_without_their_bodies(caller: Caller, queue: str) -> None:
    caller.client.pause_queue(name=queue)
    for i in range(5):
        caller.add(queue, URL, f"t{i}", http_request={"body": b"secret"})

    basic = list(caller.client.list_tasks({"parent": queue, "page_size": 2}))
    full = list(caller.client.list_tasks({"parent": queue, "response_view": "FULL"}))

    assert [t.name.rpartition("/")[2] for t in basic] == ["t0", "t1", "t2", "t3", "t4"]
    assert {(t.view, t.http_request.body) for t in basic} == {(Task.View.BASIC, b"")}
    assert {(t.view, t.http_request.body) for t in full} == {(Task.View.FULL, b"secret")}


def test_a_foreign_page_token_is_refused(caller: Caller, queue: str) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        list(caller.client.list_tasks({"parent": queue, "page_token": "é"}))


def test_a_paused_queue_delivers_nothing_until_resumed(
    caller: Caller, queue: str, worker: Worker
) -> None:
    other = caller.make_queue("other")
    caller.client.pause_queue(name=queue)
    caller.add(queue, f"{worker.url}/held")
    caller.add(other, f"{worker.url}/free")
    wait_until(lambda: [r.path for r in worker.received] == ["/free"])

    caller.client.resume_queue(name=queue)

    wait_until(lambda: [r.path for r in worker.received] == ["/free", "/held"])


def test_a_purge_deletes_the_tasks_and_keeps_their_names(caller: Caller, queue: str) -> None:
    caller.client.pause_queue(name=queue)
    caller.add(queue, URL, "t")

    purged = caller.client.purge_queue(name=queue)

    assert purged.purge_time is not None
    assert list(caller.client.list_tasks(parent=queue)) == []
    with pytest.raises(exceptions.AlreadyExists):
        caller.add(queue, URL, "t")


def test_run_task_delivers_from_a_paused_queue(caller: Caller, queue: str, worker: Worker) -> None:
    caller.client.pause_queue(name=queue)
    name = caller.add(queue, f"{worker.url}/x", "t").name

    run = caller.client.run_task(name=name)
    wait_until(lambda: bool(worker.received))

    assert run.dispatch_count == 1
    wait_until(lambda: list(caller.client.list_tasks(parent=queue)) == [])
    with pytest.raises(exceptions.NotFound):
        caller.client.run_task(name=name)
