"""Both roots are valid, and do what they say."""

import pytest

from tests.infra.terraform import ROOT, Terraform


@pytest.fixture(params=["bootstrap", "application"])
def root(request: pytest.FixtureRequest, environment: object) -> Terraform:
    assert environment
    found: Terraform = request.getfixturevalue(request.param)
    return found


@pytest.mark.usefixtures("environment")
def test_everything_is_formatted() -> None:
    Terraform(ROOT / "infra", {}, {}).run("fmt", "-check", "-recursive")


def test_a_root_is_valid_and_can_be_planned(root: Terraform) -> None:
    root.validate()

    plan = root.plan()

    actions = {tuple(change["change"]["actions"]) for change in plan["resource_changes"]}
    assert actions - {("read",)} == {("create",)}
    assert plan["errored"] is False


def test_its_own_tests_pass(draft: Terraform) -> None:
    told = draft.run("test", "-no-color")

    assert "0 failed" in told
    assert "Success!" in told


def test_all_options_at_once_can_be_planned(application: Terraform) -> None:
    plan = application.plan(
        alert_email="ann@example.com",
        budget={"billing_account": "000000-000000-000000", "amount": 100, "currency": "EUR"},
        firestore_location="eur3",
        gallery={"public": True},
        scale={"thumbnailer": {"min": 1, "max": 50}},
        senders=["user:ann@example.com"],
        settings={"metadata": {"GPS": "true"}},
        upload_origins=["https://cms.example.com"],
    )

    kinds = {change["type"] for change in plan["resource_changes"]}
    assert {"google_billing_budget", "google_monitoring_notification_channel"} <= kinds
