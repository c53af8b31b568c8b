"""Google's own clients, and plain HTTP."""

import itertools
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
from google.api_core import exceptions
from google.cloud.workflows.executions_v1 import ExecutionView
from google.cloud.workflows.executions_v1.types import Execution, ListExecutionsRequest
from google.cloud.workflows_v1.types import (
    GetWorkflowRequest,
    ListWorkflowRevisionsRequest,
    Workflow,
)
from google.protobuf.field_mask_pb2 import FieldMask

from tests.contract.workflows.served import PARENT, Served, State, wait_for

HELLO = 'main:\n  params: [who]\n  steps:\n    - end: {return: "${\\"hello \\" + who}"}\n'


IDS = (f"workflow-{number}" for number in itertools.count())


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    made = Served(tmp_path_factory.mktemp("served"))
    made.start()
    yield made
    made.stop()


def create(server: Served, workflow_id: str | None = None, **fields: Any) -> Workflow:
    """Return a new workflow, under a name of its own unless one is given."""
    workflow_id = next(IDS) if workflow_id is None else workflow_id
    workflow = Workflow(source_contents=HELLO, **fields)
    return server.workflows.create_workflow(
        parent=PARENT, workflow=workflow, workflow_id=workflow_id
    ).result()


def short(workflow: Workflow) -> str:
    return workflow.name.rpartition("/")[2]


def test_a_workflow_is_created_and_read(server: Served) -> None:
    made = create(server, "greeter", description="greets", labels={"team": "a"})

    assert made.name == f"{PARENT}/workflows/greeter"
    assert made.state == Workflow.State.ACTIVE
    assert made.revision_id.startswith("000001-")
    assert server.workflows.get_workflow(name=made.name) == made
    assert made in list(server.workflows.list_workflows(parent=PARENT))


def test_a_workflow_exists_once(server: Served) -> None:
    create(server, "once")

    with pytest.raises(exceptions.AlreadyExists):
        create(server, "once")


@pytest.mark.parametrize("workflow_id", ["1st", "a b", "", "x" * 65, "ends-"])
def test_bad_names_are_refused(server: Served, workflow_id: str) -> None:
    with pytest.raises(exceptions.InvalidArgument):
        create(server, workflow_id)


def test_a_broken_source_is_refused_with_its_faults(server: Served) -> None:
    broken = Workflow(source_contents='- a: {next: nowhere}\n- b: {return: "${x}"}')

    with pytest.raises(exceptions.InvalidArgument) as refused:
        server.workflows.create_workflow(parent=PARENT, workflow=broken, workflow_id="broken")

    assert "line 1" in refused.value.message
    assert "line 2" in refused.value.message


def test_only_a_change_of_what_runs_makes_a_revision(server: Served) -> None:
    made = create(server)
    made.description = "new words"
    described = server.workflows.update_workflow(
        workflow=made, update_mask=FieldMask(paths=["description"])
    ).result()
    made.source_contents = HELLO.replace("hello", "goodbye")
    changed = server.workflows.update_workflow(
        workflow=made, update_mask=FieldMask(paths=["source_contents"])
    ).result()
    request = ListWorkflowRevisionsRequest(name=made.name)
    revisions = [r.revision_id for r in server.workflows.list_workflow_revisions(request=request)]
    old = server.workflows.get_workflow(
        request=GetWorkflowRequest(name=made.name, revision_id=made.revision_id)
    )

    assert described.revision_id == made.revision_id
    assert changed.revision_id.startswith("000002-")
    assert revisions == [changed.revision_id, made.revision_id]
    assert old.source_contents == HELLO


def test_a_deleted_workflow_is_gone_with_its_executions(server: Served) -> None:
    made = create(server)
    name = server.begin(short(made), "you")
    server.end(name)
    server.workflows.delete_workflow(name=made.name).result()

    with pytest.raises(exceptions.NotFound):
        server.workflows.get_workflow(name=made.name)
    with pytest.raises(exceptions.NotFound):
        server.executions.get_execution(name=name)


def test_an_execution_gives_its_result_as_json_text(server: Served) -> None:
    made = create(server, labels={"team": "a"})
    execution = server.end(server.begin(short(made), "you"))

    assert (execution.state, execution.result) == (State.SUCCEEDED, '"hello you"')
    assert execution.argument == '"you"'
    assert execution.workflow_revision_id == made.revision_id
    assert dict(execution.labels) == {"team": "a"}
    lasted = execution.end_time - execution.start_time
    assert abs(execution.duration - lasted) < timedelta(milliseconds=1)


def test_a_failed_execution_says_where(server: Served) -> None:
    made = create(server)
    execution = server.end(server.begin(short(made), {"no": "text"}))

    assert execution.state == State.FAILED
    assert json.loads(execution.error.payload)["tags"] == ["TypeError"]
    assert 'in step "end", routine "main", line: 4' in execution.error.context
    [frame] = execution.error.stack_trace.elements
    assert (frame.step, frame.routine, frame.position.line) == ("end", "main", 4)


def test_a_waiting_execution_can_be_cancelled(server: Served) -> None:
    server.workflows.create_workflow(
        parent=PARENT,
        workflow_id="wait",
        workflow=Workflow(source_contents="- rest: {call: sys.sleep, args: {seconds: 600}}"),
    ).result()
    name = server.begin("wait")
    wait_for(lambda: server.current_step(name) == "rest")
    cancelled = server.executions.cancel_execution(name=name)

    assert cancelled.state == State.CANCELLED
    [entry] = server.get(f"{name}/stepEntries")["stepEntries"]
    assert entry["state"] == "STATE_CANCELLED"
    with pytest.raises(exceptions.FailedPrecondition):
        server.executions.cancel_execution(name=name)


def test_lists_are_basic_filtered_and_paged(server: Served) -> None:
    made = create(server)
    names = [server.begin(short(made), argument) for argument in ("a", {}, "b", "c", "d")]
    for name in names:
        server.end(name)

    def listed(**fields: Any) -> list[Execution]:
        request = ListExecutionsRequest(parent=made.name, **fields)
        return list(server.executions.list_executions(request=request))

    assert [e.name for e in listed(page_size=2)] == names[::-1]
    assert {e.argument for e in listed()} == {""}
    assert {e.argument for e in listed(view=ExecutionView.FULL)} == {
        '"a"',
        "{}",
        '"b"',
        '"c"',
        '"d"',
    }
    assert [e.name for e in listed(filter='state="FAILED"')] == [names[1]]


@pytest.mark.parametrize(
    ("argument", "error"),
    [("{", exceptions.InvalidArgument), ('"' + "x" * 33_000 + '"', exceptions.InvalidArgument)],
)
def test_a_bad_argument_is_refused(server: Served, argument: str, error: type[Exception]) -> None:
    made = create(server)

    with pytest.raises(error):
        server.executions.create_execution(parent=made.name, execution=Execution(argument=argument))


def test_everything_goes_over_rest_too(server: Served) -> None:
    with httpx.Client(base_url=f"{server.url}/v1/", trust_env=False) as http:
        operation = http.post(
            f"{PARENT}/workflows?workflowId=rest", json={"sourceContents": HELLO}
        ).json()
        again = http.get(operation["name"]).json()
        begun = http.post(f"{PARENT}/workflows/rest/executions", json={"argument": '"you"'}).json()
        server.end(begun["name"])
        ended = http.get(begun["name"]).json()
        missing = http.get(f"{PARENT}/workflows/none")

    assert operation["done"]
    assert operation == again
    assert begun["state"] == "ACTIVE"
    assert (ended["state"], ended["result"]) == ("SUCCEEDED", '"hello you"')
    assert missing.status_code == 404


def test_a_changed_file_is_deployed_again(served: Served) -> None:
    served.define("file", "- end: {return: 1}")
    served.start()
    first = served.end(served.begin("file")).result
    served.define("file", "- end: {return: 2}")
    second = wait_for(lambda: (r := served.end(served.begin("file")).result) != first and r)

    assert (first, second) == ("1", "2")
