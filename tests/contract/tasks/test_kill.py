"""A process that is killed in the middle of its work loses nothing."""

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import grpc
import pytest
from google.api_core import exceptions
from google.cloud.tasks_v2 import CloudTasksClient

from tests.contract.tasks.harness import Caller, Worker
from tests.local_cloud import wait_until

ROOT = Path(__file__).parents[3]
TASKS = 200
AT_ONCE = 4


@contextmanager
def serving(database: Path) -> Iterator[Caller]:
    """Serve in a process of its own, which is killed at the end."""
    command = [sys.executable, "-m", "tests.contract.tasks.serve", str(database)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            target = process.stdout.readline().strip()
            with grpc.insecure_channel(target) as channel:
                transport = CloudTasksClient.get_transport_class("grpc")
                yield Caller(CloudTasksClient(transport=transport(channel=channel)))
        finally:
            process.kill()


def test_every_task_arrives_though_the_process_is_killed_amid(
    tmp_path: Path, worker: Worker
) -> None:
    database = tmp_path / "killed.db"
    worker.hold_s = 0.005
    with serving(database) as caller:
        queue = caller.make_queue(rate_limits={"max_concurrent_dispatches": AT_ONCE})
        caller.client.pause_queue(name=queue)
        for i in range(TASKS):
            caller.add(queue, f"{worker.url}/{i}", f"t{i}")
        caller.client.resume_queue(name=queue)
        wait_until(lambda: len(worker.received) >= TASKS // 4)
    assert len(worker.received) < TASKS

    with serving(database) as caller:
        wait_until(lambda: not list(caller.client.list_tasks(parent=queue)))
        with pytest.raises(exceptions.AlreadyExists):
            caller.add(queue, worker.url, "t0")

    times = Counter(received.path for received in worker.received)
    assert set(times) == {f"/{i}" for i in range(TASKS)}
    assert sum(times.values()) <= TASKS + AT_ONCE
    retried = {r.path for r in worker.received if r.headers["x-cloudtasks-taskretrycount"] == "1"}
    assert {path for path, count in times.items() if count > 1} <= retried
