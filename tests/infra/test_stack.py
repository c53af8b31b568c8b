"""Terraform says for the cloud what localcloud/stack.yaml says for a laptop."""

from collections.abc import Mapping
from typing import Any

import pytest

from localcloud.stack import Stack, load_stack
from tests.infra.permissions import made
from tests.infra.state import environment, only, resources
from tests.infra.terraform import PROJECT, ROOT

# A laptop has other models, and other sizes.
ONLY_IN_THE_CLOUD = {
    "metadata": {"CHILDREN"},
    "thumbnailer": {"RENDER_CHILDREN"},
    "gallery": {"LIVE_PAGES", "MAX_FILE_BYTES", "MAX_REQUEST_BYTES"},
}
OTHER_IN_THE_CLOUD = {"OBJECTS", "POLICY"}


@pytest.fixture(scope="module")
def stack() -> Stack:
    return load_stack(ROOT / "localcloud" / "stack.yaml", 9000)


def test_the_buckets_are_the_same(stack: Stack, built: dict[str, Any]) -> None:
    names = {r.values["name"] for r in resources(built, "google_storage_bucket")}

    assert names == {f"{PROJECT}-{bucket.name}" for bucket in stack.buckets}


def test_browsers_may_send_the_same(stack: Stack, built: dict[str, Any]) -> None:
    for bucket in stack.buckets:
        found = only(built, "google_storage_bucket", name=f"{PROJECT}-{bucket.name}")
        rules = tuple(
            {
                "origin": rule["origin"],
                "method": rule["method"],
                "responseHeader": rule["response_header"],
                "maxAgeSeconds": rule["max_age_seconds"],
            }
            for rule in found["cors"]
        )
        assert rules == bucket.cors


def test_the_queues_are_the_same_and_try_as_often(stack: Stack, built: dict[str, Any]) -> None:
    queues = {r.values["name"]: r.values for r in resources(built, "google_cloud_tasks_queue")}

    assert queues.keys() == {queue.name for queue in stack.queues}
    for queue in stack.queues:
        retries = queues[queue.name]["retry_config"][0]
        assert {
            "maxAttempts": retries["max_attempts"],
            "minBackoff": retries["min_backoff"],
            "maxBackoff": retries["max_backoff"],
            "maxDoublings": retries["max_doublings"],
        } == queue.retry_config


def test_the_services_are_the_same_with_the_same_environment(
    stack: Stack, built: dict[str, Any]
) -> None:
    services = {r.values["name"]: r.values for r in resources(built, "google_cloud_run_v2_service")}

    assert services.keys() == {service.name for service in stack.services}
    for service in stack.services:
        expected = expected_environment(service.name, service.env, stack)
        found = environment(services[service.name])
        assert found.pop("GOOGLE_CLOUD_PROJECT") == PROJECT
        assert found.keys() - ONLY_IN_THE_CLOUD[service.name] == expected.keys()
        for name in expected.keys() - OTHER_IN_THE_CLOUD:
            assert found[name] == expected[name], (service.name, name)


def test_services_run_and_are_called_by_the_same_accounts(
    stack: Stack, built: dict[str, Any]
) -> None:
    callers = {(g.to, g.on) for g in made(built) if g.role == "roles/run.invoker"}

    for service in stack.services:
        account = only(built, "google_cloud_run_v2_service", name=service.name)["template"][0]
        assert account["service_account"] == in_the_cloud(service.service_account)
        invokers = {email.partition("@")[0] for email in service.invokers}
        assert {to for to, on in callers if on == f"service {service.name}"} == invokers


def test_the_workflows_are_the_same_with_the_same_environment(
    stack: Stack, built: dict[str, Any]
) -> None:
    deployed = {r.values["name"]: r.values for r in resources(built, "google_workflows_workflow")}

    assert deployed.keys() == {workflow.name for workflow in stack.workflows}
    for workflow in stack.workflows:
        found = deployed[workflow.name]
        assert found["source_contents"] == workflow.source.read_text()
        assert f"safelight-{workflow.service_account.partition('@')[0]}" in found["service_account"]
        assert found["user_env_vars"].keys() == workflow.env.keys()
        assert found["user_env_vars"]["RECIPES"] == workflow.env["RECIPES"]


def test_the_workflow_is_told_the_addresses_of_what_it_calls(built: dict[str, Any]) -> None:
    told = only(built, "google_workflows_workflow", name="image-added")["user_env_vars"]

    assert told["METADATA_URL"] == uri(built, "metadata")
    assert told["THUMBNAILER_URL"] == uri(built, "thumbnailer")
    assert told["RENDER_QUEUE"] == only(built, "google_cloud_tasks_queue", name="render")["id"]
    tasks = only(built, "google_service_account", account_id="safelight-tasks")
    assert told["TASKS_SERVICE_ACCOUNT"] == tasks["email"]


def test_the_triggers_are_the_same(stack: Stack, built: dict[str, Any]) -> None:
    deployed = {r.values["name"]: r.values for r in resources(built, "google_eventarc_trigger")}

    assert deployed.keys() == {trigger.name for trigger in stack.triggers}
    for trigger in stack.triggers:
        criteria = {
            one["attribute"]: one["value"] for one in deployed[trigger.name]["matching_criteria"]
        }
        assert criteria == {
            "type": trigger.event_type,
            "bucket": trigger.bucket.replace(stack.project, PROJECT),
        }
        workflow = only(built, "google_workflows_workflow", name=trigger.workflow)
        assert deployed[trigger.name]["destination"][0]["workflow"] == workflow["id"]


def expected_environment(service: str, local: Mapping[str, str], stack: Stack) -> dict[str, str]:
    """Return what stack.yaml says, in the names of the cloud's project."""
    found = {name: value.replace(stack.project, PROJECT) for name, value in local.items()}
    assert service in ONLY_IN_THE_CLOUD, f"{service} is new: say what it gets in the cloud only"
    return found


def in_the_cloud(email: str) -> str:
    """Return an account's address there: ids of accounts have six characters or more."""
    name = email.partition("@")[0]
    return f"safelight-{name}@{PROJECT}.iam.gserviceaccount.com"


def uri(built: dict[str, Any], service: str) -> str:
    found: str = only(built, "google_cloud_run_v2_service", name=service)["uri"]
    return found
