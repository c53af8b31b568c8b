"""The same table over REST, by Google's REST client and by hand."""

import base64
import re
from pathlib import Path
from typing import Any

import httpx
import pytest
from google.api_core import exceptions
from google.auth.credentials import AnonymousCredentials
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.tasks_v2.services.cloud_tasks.transports import rest_base

from localcloud.tasks import api
from localcloud.tasks.api import service
from tests.contract.tasks.harness import PARENT, Caller, Stack, Worker
from tests.local_cloud import wait_until

NOT_SERVED = {
    "BatchCreateTasks",
    "BatchDeleteTasks",
    "GetCmekConfig",
    "UpdateCmekConfig",
    "GetIamPolicy",
    "SetIamPolicy",
    "TestIamPermissions",
    "GetLocation",
    "ListLocations",
    "GetOperation",
}


@pytest.fixture
def rest(stack: Stack) -> Caller:
    options = {"api_endpoint": stack.url}
    credentials = AnonymousCredentials()
    return Caller(
        CloudTasksClient(transport="rest", credentials=credentials, client_options=options)
    )


def test_google_s_rest_client_sees_what_the_grpc_client_made(
    rest: Caller, caller: Caller, worker: Worker
) -> None:
    queue = caller.make_queue()
    caller.client.pause_queue(name=queue)

    created = rest.add(queue, f"{worker.url}/x", "t", http_request={"body": b"\x00\xff"})
    rest.client.update_queue(
        {
            "queue": {"name": queue, "retry_config": {"max_attempts": 4}},
            "update_mask": {"paths": ["retry_config.max_attempts"]},
        }
    )
    rest.client.resume_queue(name=queue)
    wait_until(lambda: bool(worker.received))

    assert created.name == f"{queue}/tasks/t"
    assert worker.received[0].body == b"\x00\xff"
    assert caller.client.get_queue(name=queue).retry_config.max_attempts == 4
    assert [q.name for q in rest.client.list_queues(parent=PARENT)] == [queue]
    with pytest.raises(exceptions.Conflict):
        rest.add(queue, worker.url, "t")


def test_a_workflow_creates_a_task_by_json(stack: Stack, queue: str, worker: Worker) -> None:
    task = {
        "httpRequest": {
            "url": worker.url,
            "httpMethod": "POST",
            "headers": {"Content-Type": "application/json"},
            "body": base64.b64encode(b'{"a":1}').decode(),
            "oidcToken": {"serviceAccountEmail": "a@p.iam", "audience": "aud"},
        },
        "dispatchDeadline": "600s",
    }

    answer = httpx.post(f"{stack.url}/v2/{queue}/tasks", json={"task": task}, trust_env=False)
    wait_until(lambda: bool(worker.received))

    assert answer.status_code == 200
    assert answer.json()["name"].startswith(f"{queue}/tasks/")
    assert answer.json()["view"] == "BASIC"
    assert worker.received[0].body == b'{"a":1}'
    assert worker.received[0].headers["content-type"] == "application/json"
    assert worker.received[0].headers["authorization"] == "Bearer id:a@p.iam:aud"


def test_an_error_is_google_s_json(stack: Stack) -> None:
    answer = httpx.get(f"{stack.url}/v2/{PARENT}/queues/none", trust_env=False)

    assert answer.status_code == 404
    assert answer.json()["error"]["status"] == "NOT_FOUND"


def rules_of_the_client() -> dict[str, set[tuple[str, str, str | None]]]:
    """Method name to (verb, path, body field), read from Google's own transport."""
    base = rest_base._BaseCloudTasksRestTransport
    return {
        name.removeprefix("_Base"): {
            (rule["method"].upper(), rule["uri"], rule.get("body"))
            for rule in getattr(base, name)._get_http_options()
        }
        for name in vars(base)
        if name.startswith("_Base")
    }


def test_the_rest_rules_are_those_of_the_client() -> None:
    unused: Any = None  # the handlers are not called
    table = service(unused, unused, unused)
    ours = {
        method.name.rpartition("/")[2]: {(r.verb, r.template, r.body) for r in method.rules}
        for method in table.methods
    }
    theirs = rules_of_the_client()

    assert ours == {name: rules for name, rules in theirs.items() if name not in NOT_SERVED}
    assert theirs.keys() >= NOT_SERVED


def test_the_readme_has_a_row_for_each_method() -> None:
    unused: Any = None  # the handlers are not called
    readme = Path(api.__file__).with_name("README.md").read_text()

    rows = re.findall(r"^\| Cloud Tasks v2 \| `(\w+)` \|", readme, re.MULTILINE)

    methods = service(unused, unused, unused).methods
    assert sorted(rows) == sorted(m.name.rpartition("/")[2] for m in methods)
