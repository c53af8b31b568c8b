"""Least privilege: exactly the grants that are told, each on the smallest thing."""

from typing import Any

import pytest

from safelight_cli.doctor.deployment import (
    BUCKETS,
    DEAD_LETTERS,
    QUEUE,
    SERVICES,
    WORKFLOW,
    Deployment,
)
from safelight_cli.doctor.grants import GRANTS
from tests.infra.permissions import PAGE, Grant, made, page, told
from tests.infra.state import only, output, resources
from tests.infra.terraform import PROJECT, Terraform

# Google Cloud offers no smaller place for these.
ON_PROJECT = {
    "roles/eventarc.eventReceiver",
    "roles/logging.logWriter",
    "roles/pubsub.publisher",
    "roles/workflows.invoker",
}
TOO_MUCH = ("roles/owner", "roles/editor", "roles/viewer", "admin", "Admin")


@pytest.fixture(params=["bootstrapped", "built"])
def state(request: pytest.FixtureRequest, environment: object) -> dict[str, Any]:
    assert environment
    found: dict[str, Any] = request.getfixturevalue(request.param)
    return found


def test_what_is_granted_is_what_is_told(state: dict[str, Any]) -> None:
    assert sorted(made(state)) == sorted(told(state))


def test_every_grant_has_a_reason(state: dict[str, Any]) -> None:
    assert all(len(why) > 10 for why in told(state).values())


def test_no_policy_replaces_what_others_granted(state: dict[str, Any]) -> None:
    kinds = {resource.kind for resource in resources(state)}

    assert [kind for kind in kinds if kind.endswith(("_iam_policy", "_iam_binding"))] == []


def test_the_project_is_granted_on_only_where_nothing_smaller_can_be(
    state: dict[str, Any],
) -> None:
    assert {grant.role for grant in made(state) if grant.on == "project"} <= ON_PROJECT


def test_no_role_is_broad(state: dict[str, Any]) -> None:
    roles = {grant.role for grant in made(state)}

    assert [role for role in roles if any(part in role for part in TOO_MUCH)] == []


def test_nothing_is_public(state: dict[str, Any]) -> None:
    assert [grant for grant in made(state) if grant.to.startswith("all")] == []


def test_only_the_gallery_is_public_on_request(application: Terraform) -> None:
    planned = application.plan(gallery={"public": True})

    grants = made(planned["planned_values"] | {"root_module": _known(planned)})
    assert [grant.on for grant in grants if grant.to == "allUsers"] == ["service gallery"]


def test_every_account_is_used_and_every_service_has_its_own(built: dict[str, Any]) -> None:
    accounts = {r.values["email"] for r in resources(built, "google_service_account")}
    services = [
        r.values["template"][0]["service_account"]
        for r in resources(built, "google_cloud_run_v2_service")
    ]
    granted = {f"safelight-{grant.to}@" for grant in made(built)}

    assert len(services) == len(set(services)) == 3
    assert {email.partition("@")[0] + "@" for email in accounts} <= granted


def test_senders_may_create_and_sign_and_no_more(
    draft: Terraform,
) -> None:
    state = draft.apply(senders=["user:ann@example.com"])

    assert sorted(g[1:] for g in made(state) if g.to == "user:ann@example.com") == [
        ("roles/iam.serviceAccountTokenCreator", "account sender"),
        ("roles/storage.objectCreator", "bucket uploads"),
    ]
    assert sorted(made(state)) == sorted(told(state))


def test_buckets_cannot_be_made_public(built: dict[str, Any]) -> None:
    for bucket in resources(built, "google_storage_bucket"):
        assert bucket.values["public_access_prevention"] == "enforced"
        assert bucket.values["uniform_bucket_level_access"] is True


def test_only_the_gallery_is_reached_from_outside(built: dict[str, Any]) -> None:
    ingress = {
        r.values["name"]: r.values["ingress"]
        for r in resources(built, "google_cloud_run_v2_service")
    }

    assert ingress == {
        "gallery": "INGRESS_TRAFFIC_ALL",
        "metadata": "INGRESS_TRAFFIC_INTERNAL_ONLY",
        "thumbnailer": "INGRESS_TRAFFIC_INTERNAL_ONLY",
    }


def test_the_page_tells_every_grant(bootstrapped: dict[str, Any], built: dict[str, Any]) -> None:
    assert PAGE.read_text() == page(bootstrapped, built)


def test_the_doctor_looks_for_every_grant(built: dict[str, Any]) -> None:
    # The name of Eventarc's subscription is not known beforehand.
    looked_for = {grant for grant in made(built) if not grant.on.startswith("subscription")}

    assert {Grant(g.to, g.role, g.on) for g in GRANTS} == looked_for


def test_the_doctor_knows_the_names_of_the_parts(built: dict[str, Any]) -> None:
    deployment = Deployment(PROJECT, "europe-west1")
    buckets = {r.values["name"] for r in resources(built, "google_storage_bucket")}

    assert {deployment.bucket(name) for name in BUCKETS} == buckets
    assert deployment.sender == output(built, "sender_account")
    assert only(built, "google_cloud_tasks_queue", name=QUEUE)
    assert only(built, "google_workflows_workflow", name=WORKFLOW)
    assert only(built, "google_pubsub_topic", name=DEAD_LETTERS)
    services = {r.values["name"] for r in resources(built, "google_cloud_run_v2_service")}
    assert set(SERVICES) == services


def _known(planned: dict[str, Any]) -> dict[str, Any]:
    """Return the planned module with only the grants whose member is known already."""

    def known(module: dict[str, Any]) -> dict[str, Any]:
        grants = [r for r in module.get("resources", []) if r["values"].get("member")]
        children = [known(child) for child in module.get("child_modules", [])]
        return {"resources": grants, "child_modules": children}

    return known(planned["planned_values"]["root_module"])
