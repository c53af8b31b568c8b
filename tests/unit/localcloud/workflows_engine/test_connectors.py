import json

import pytest

from localcloud.workflows.connectors.google import GoogleConnectors
from localcloud.workflows.effects import HttpRequest, HttpResponse, Now, Sleep, WorkflowError

DOCUMENT = "projects/p/databases/(default)/documents/images/a b"


def json_response(body, code=200):
    return HttpResponse(code, {"Content-Type": "application/json"}, json.dumps(body).encode())


def play(name, args, *responses):
    """Call a connector against scripted responses; return its result and what it did."""
    running = GoogleConnectors("p").call(name, args)
    answers, done, answer = iter(responses), [], None
    try:
        effect = next(running)
        while True:
            done.append(effect)
            clock = float(len(done))
            answer = clock if isinstance(effect, Now) else None
            if isinstance(effect, HttpRequest):
                answer = next(answers)
            thrown = isinstance(answer, WorkflowError)
            effect = running.throw(answer) if thrown else running.send(answer)
    except StopIteration as stop:
        return stop.value, done


def sent(effects):
    return [f"{e.method} {e.url}" for e in effects if isinstance(e, HttpRequest)]


def slept(effects):
    return [e.seconds for e in effects if isinstance(e, Sleep)]


@pytest.mark.parametrize(
    ("name", "args", "request_line"),
    [
        (
            "firestore.v1.projects.databases.documents.get",
            {"name": DOCUMENT},
            f"GET https://firestore.googleapis.com/v1/{DOCUMENT.replace(' ', '%20')}",
        ),
        (
            "firestore.v1.projects.databases.documents.patch",
            {"name": "n", "updateMask": {"fieldPaths": ["a", "b"]}, "body": {}},
            "PATCH https://firestore.googleapis.com/v1/n?updateMask.fieldPaths=a&updateMask.fieldPaths=b",
        ),
        (
            "storage.v1.objects.get",
            {"bucket": "b", "object": "dir%2Fo.txt", "alt": "media"},
            "GET https://storage.googleapis.com/storage/v1/b/b/o/dir%2Fo.txt?alt=media",
        ),
        (
            "storage.v1.objects.insert",
            {"bucket": "b", "name": "dir%2Fo", "uploadType": "media", "body": "hello"},
            "POST https://storage.googleapis.com/upload/storage/v1/b/b/o?name=dir%2Fo&uploadType=media",
        ),
        (
            "bigquery.v2.jobs.query",
            {"projectId": "p", "body": {"query": "SELECT 1"}},
            "POST https://bigquery.googleapis.com/bigquery/v2/projects/p/queries",
        ),
        (
            "translate.v2.translations.translate",
            {"query": None, "body": {"q": "hi"}},
            "POST https://translation.googleapis.com/language/translate/v2",
        ),
        (
            "run.v1.namespaces.services.get",
            {"name": "namespaces/p/services/s", "location": "us-central1"},
            "GET https://us-central1-run.googleapis.com/apis/serving.knative.dev/v1/namespaces/p/services/s",
        ),
        (
            "sheets.v4.spreadsheets.values.update",
            {"spreadsheetId": "s", "range": "Sheet1!A1:B2", "valueInputOption": "RAW", "body": {}},
            "PUT https://sheets.googleapis.com/v4/spreadsheets/s/values/Sheet1!A1:B2?valueInputOption=RAW",
        ),
    ],
)
def test_arguments_become_path_query_and_body(name, args, request_line):
    _, effects = play(f"googleapis.{name}", args, json_response({}))

    assert sent(effects) == [request_line]


def test_the_result_is_the_body_alone():
    result, _ = play(
        "googleapis.pubsub.v1.projects.topics.get",
        {"topic": "projects/p/topics/t"},
        json_response({"name": "t"}),
    )

    assert result == {"name": "t"}


def test_an_upload_sends_text_as_it_is():
    _, effects = play(
        "googleapis.storage.v1.objects.insert",
        {"bucket": "b", "name": "o", "uploadType": "media", "body": "hello"},
        json_response({}),
    )

    assert effects[0].body == b"hello"


def test_a_missing_path_argument_is_named():
    with pytest.raises(WorkflowError) as raised:
        play("googleapis.storage.v1.buckets.get", {})

    assert raised.value.value["message"] == "TypeError: missing argument 'bucket'"


def test_an_error_of_the_api_is_an_http_error():
    with pytest.raises(WorkflowError) as raised:
        play("googleapis.storage.v1.buckets.get", {"bucket": "b"}, json_response({"e": 1}, 404))

    assert (raised.value.value["code"], raised.value.value["body"]) == (404, {"e": 1})


def test_get_is_retried_after_a_bad_gateway():
    result, effects = play(
        "googleapis.storage.v1.buckets.get",
        {"bucket": "b"},
        json_response({}, 502),
        json_response({"name": "b"}),
    )

    assert (result, slept(effects)) == ({"name": "b"}, [1.0])


def test_other_verbs_are_not_retried_after_a_bad_gateway():
    with pytest.raises(WorkflowError) as raised:
        play("googleapis.storage.v1.buckets.delete", {"bucket": "b"}, json_response({}, 502))

    assert raised.value.value["code"] == 502


def test_a_long_running_operation_is_polled_until_it_is_done():
    name = "projects/p/operations/1"
    done = {"name": name, "done": True, "response": {}}
    result, effects = play(
        "googleapis.firestore.v1.projects.databases.exportDocuments",
        {"name": "projects/p/databases/d", "body": {}},
        json_response({"name": name}),
        json_response({"name": name}),
        json_response(done),
    )

    assert result == done
    assert sent(effects)[1:] == [f"GET https://firestore.googleapis.com/v1/{name}"] * 2
    assert slept(effects) == [1.0, 1.25]


def test_a_failed_operation_is_an_operation_error():
    failed = {"name": "o", "done": True, "error": {"code": 9, "message": "no space"}}
    with pytest.raises(WorkflowError) as raised:
        play(
            "googleapis.firestore.v1.projects.databases.exportDocuments",
            {"name": "projects/p/databases/d", "body": {}},
            json_response(failed),
        )

    assert raised.value.value == {
        "message": "OperationError: no space",
        "tags": ["OperationError"],
        "operation": failed,
        "error": {"code": 9, "message": "no space"},
    }


def test_polling_follows_the_policy_and_the_timeout():
    pending = json_response({"name": "operations/o"})
    policy = {"initial_delay": 2, "multiplier": 3, "max_delay": 10}
    with pytest.raises(WorkflowError) as raised:
        play(
            "googleapis.firestore.v1.projects.databases.exportDocuments",
            {
                "name": "d",
                "body": {},
                "connector_params": {"timeout": 9, "polling_policy": policy},
            },
            *[pending] * 10,
        )

    assert raised.value.value["tags"] == ["TimeoutError"]


def test_polling_can_be_skipped():
    result, effects = play(
        "googleapis.compute.v1.instances.insert",
        {"project": "p", "zone": "z", "body": {}, "connector_params": {"skip_polling": True}},
        json_response({"name": "op", "status": "RUNNING"}),
    )

    assert result["status"] == "RUNNING"
    assert len(effects) == 1


@pytest.mark.parametrize(
    ("name", "args", "first", "poll"),
    [
        (
            "compute.v1.instances.stop",
            {"project": "p", "zone": "z", "instance": "i"},
            {"name": "op", "zone": "https://x/zones/z", "status": "RUNNING"},
            "compute.googleapis.com/compute/v1/projects/p/zones/z/operations/op",
        ),
        (
            "container.v1.projects.zones.clusters.delete",
            {"projectId": "p", "zone": "z", "clusterId": "c"},
            {"name": "op", "zone": "z", "status": "RUNNING"},
            "container.googleapis.com/v1/projects/p/zones/z/operations/op",
        ),
        (
            "sqladmin.v1beta4.instances.insert",
            {"project": "p", "body": {}},
            {"name": "op", "status": "PENDING"},
            "sqladmin.googleapis.com/sql/v1beta4/projects/p/operations/op",
        ),
        (
            "bigquery.v2.jobs.insert",
            {"projectId": "p", "body": {}},
            {"jobReference": {"projectId": "p", "jobId": "j", "location": "EU"}, "status": {}},
            "bigquery.googleapis.com/bigquery/v2/projects/p/jobs/j?location=EU",
        ),
        (
            "run.v1.namespaces.jobs.run",
            {"name": "namespaces/p/jobs/j", "location": "eu", "body": {}},
            {"metadata": {"name": "e", "namespace": "p"}},
            "eu-run.googleapis.com/apis/run.googleapis.com/v1/namespaces/p/executions/e",
        ),
        (
            "dataflow.v1b3.projects.locations.templates.create",
            {"projectId": "p", "location": "l", "body": {}},
            {"id": "j", "projectId": "p", "location": "l", "currentState": "JOB_STATE_PENDING"},
            "dataflow.googleapis.com/v1b3/projects/p/locations/l/jobs/j",
        ),
        (
            "batch.v1.projects.locations.jobs.create",
            {"parent": "projects/p/locations/l", "body": {}},
            {"name": "projects/p/locations/l/jobs/j", "status": {"state": "QUEUED"}},
            "batch.googleapis.com/v1/projects/p/locations/l/jobs/j",
        ),
    ],
)
def test_every_kind_of_operation_is_found_again(name, args, first, poll):
    nested = name.startswith(("bigquery", "run", "batch"))
    status = {
        "state": "DONE" if name.startswith("bigquery") else "SUCCEEDED",
        "conditions": [{"type": "Completed", "status": "True"}],
    }
    over = {"status": status if nested else "DONE", "currentState": "JOB_STATE_DONE"}

    _, effects = play(f"googleapis.{name}", args, json_response(first), json_response(over))

    assert sent(effects)[1] == f"GET https://{poll}"


@pytest.mark.parametrize(
    ("name", "args"),
    [
        ("compute.v1.instances.stop", {"project": "p", "zone": "z", "instance": "i"}),
        ("firestore.v1.projects.databases.exportDocuments", {"name": "d", "body": {}}),
        ("bigquery.v2.jobs.insert", {"projectId": "p", "body": {}}),
        ("batch.v1.projects.locations.jobs.create", {"parent": "p", "body": {}}),
    ],
)
def test_an_answer_that_is_no_operation_is_the_result(name, args):
    answer = {"name": "projects/p/things/t", "color": "red"}
    result, effects = play(f"googleapis.{name}", args, json_response(answer))

    assert (result, len(effects)) == (answer, 1)


def test_the_state_of_an_operation_must_be_a_map():
    with pytest.raises(WorkflowError) as raised:
        play(
            "googleapis.firestore.v1.projects.databases.exportDocuments",
            {"name": "d", "body": {}},
            json_response({"name": "operations/1"}),
            json_response(["no", "map"]),
        )

    assert raised.value.value["tags"] == ["ResponseTypeError"]


def test_a_secret_is_read_as_text():
    result, effects = play(
        "googleapis.secretmanager.v1.projects.secrets.versions.accessString",
        {"secret_id": "s"},
        json_response({"payload": {"data": "aMOp"}}),
    )

    assert result == "hé"
    assert sent(effects)[0].endswith("/v1/projects/p/secrets/s/versions/latest:access")


def test_a_secret_is_written_as_text():
    _, effects = play(
        "googleapis.secretmanager.v1.projects.secrets.addVersionString",
        {"secret_id": "s", "project_id": "other", "data": "hé"},
        json_response({"name": "v"}),
    )

    assert sent(effects)[0].endswith("/v1/projects/other/secrets/s:addVersion")
    assert json.loads(effects[0].body) == {"payload": {"data": "aMOp"}}


RUN = "googleapis.workflowexecutions.v1.projects.locations.workflows.executions.run"
RUN_ARGS = {"workflow_id": "w", "location": "l", "argument": {"a": 1}}


def test_a_child_workflow_gives_its_decoded_result():
    execution = "projects/p/locations/l/workflows/w/executions/e"
    result, effects = play(
        RUN,
        RUN_ARGS,
        json_response({"name": execution, "state": "ACTIVE"}),
        json_response({"name": execution, "state": "SUCCEEDED", "result": '{"b":2}'}),
    )

    assert result == {"b": 2}
    assert json.loads(effects[0].body) == {"argument": '{"a":1}'}


def test_a_failed_child_workflow_is_an_operation_error():
    failed = {"name": "e", "state": "FAILED", "error": {"payload": '"boom"'}}
    with pytest.raises(WorkflowError) as raised:
        play(RUN, RUN_ARGS, json_response(failed))

    assert raised.value.value["tags"] == ["OperationError"]
    assert raised.value.value["operation"] == failed
    assert "Execution failed or cancelled." in raised.value.value["message"]


def test_unknown_connectors_are_known_not_to_exist():
    connectors = GoogleConnectors()

    assert connectors.exists("googleapis.workflows.v1.projects.locations.workflows.create")
    assert not connectors.exists("googleapis.workflows.v1.projects.locations.workflows.explode")
    assert not connectors.exists("googleapis.../../x.v1.y")
