from collections.abc import Iterator
from pathlib import Path

import grpc
import pytest
from google.cloud.tasks_v2 import CloudTasksClient

from tests.contract.tasks.harness import Caller, Stack, Worker


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    made = Stack(tmp_path / "tasks.db")
    made.start()
    yield made
    made.stop()


@pytest.fixture
def worker(stack: Stack) -> Worker:
    return stack.worker


@pytest.fixture
def caller(stack: Stack) -> Iterator[Caller]:
    with grpc.insecure_channel(stack.grpc_target) as channel:
        transport = CloudTasksClient.get_transport_class("grpc")
        yield Caller(CloudTasksClient(transport=transport(channel=channel)))


@pytest.fixture
def queue(caller: Caller) -> str:
    return caller.make_queue()
