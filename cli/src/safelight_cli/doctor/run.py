"""Examine a deployment: every check in turn, a line each, and what to do where one fails."""

import os
from collections.abc import Iterator
from typing import Final

import google.auth
from google.auth.transport.requests import AuthorizedSession
from google.cloud import firestore, storage
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.workflows_v1 import WorkflowsClient
from rich.console import Console

from safelight.google import make
from safelight_cli.doctor import browser, grants, managed, parts
from safelight_cli.doctor.deployment import Deployment
from safelight_cli.doctor.finding import TROUBLE, Finding, Status, check, told
from safelight_cli.doctor.journey import Journey

_MARKS: Final = {
    Status.PROVEN: "[green]ok     [/]",
    Status.FAILED: "[red]FAILED [/]",
    Status.UNKNOWN: "[yellow]unknown[/]",
}
_POLICIES: Final = "https://www.googleapis.com/auth/cloud-platform"
_TRIGGER: Final = (
    "No event arrived: gcloud eventarc triggers describe image-added. A trigger needs some"
    " minutes after its creation; then look at the grants above and at the workflow's executions."
)
_SIGN: Final = (
    "Name yourself in the variable senders, or give roles/iam.serviceAccountTokenCreator on"
    " the sender account to whoever signs; iamcredentials.googleapis.com must be enabled."
)


def run_doctor(console: Console, deployment: Deployment, signer: str, timeout_s: float) -> bool:
    """Print every finding; returns whether nothing failed."""
    failed = 0
    for finding in _examine(deployment, signer, timeout_s):
        failed += finding.status is Status.FAILED
        _tell(console, finding)
    verdict = f"{failed} checks failed" if failed else "This deployment works"
    console.print(f"\n{verdict}: {deployment.project}, {deployment.location}", highlight=False)
    return failed == 0


def _examine(deployment: Deployment, signer: str, timeout_s: float) -> Iterator[Finding]:
    objects = storage.Client(project=deployment.project)
    records = firestore.Client(project=deployment.project)
    present = [
        *parts.check_buckets(objects, deployment),
        parts.check_database(records),
        parts.check_queue(make(CloudTasksClient), deployment),
        parts.check_workflow(make(WorkflowsClient), deployment),
    ]
    yield from present
    yield from _check_managed(objects, deployment)
    if all(finding.status is Status.PROVEN for finding in present):
        yield from _travel(objects, Journey(records, objects, deployment), signer, timeout_s)
    else:
        yield Finding("a picture", Status.UNKNOWN, "not sent, as parts are missing")


def _check_managed(objects: storage.Client, deployment: Deployment) -> Iterator[Finding]:
    if os.environ.get("STORAGE_EMULATOR_HOST"):
        yield Finding("grants", Status.UNKNOWN, "a local cloud grants everything")
        yield Finding("services", Status.UNKNOWN, "a local cloud does not tell; see the picture")
        return
    try:
        credentials, _ = google.auth.default(scopes=[_POLICIES])
        agent = objects.get_service_account_email(project=deployment.project)
    except TROUBLE as error:
        yield Finding("grants", Status.FAILED, told(error), "You need to read the project.")
        return
    session = AuthorizedSession(credentials)
    yield from grants.check_grants(session, deployment, agent)
    yield from managed.check_managed(session, deployment)


def _travel(
    objects: storage.Client, journey: Journey, signer: str, timeout_s: float
) -> Iterator[Finding]:
    """Yield what came of sending a picture; what it leaves behind is removed in any case."""
    upload = journey.upload
    way_out = "Set the variable upload_origins, and apply infra/terraform."
    yield check("browsers may send", lambda: browser.ask_first(objects, upload), way_out)
    steps = (
        ("signed upload", lambda: _send(objects, journey, signer), _SIGN),
        ("trigger", lambda: journey.begin(timeout_s), _TRIGGER),
        ("picture", lambda: journey.end(timeout_s), "The gallery shows its timeline."),
    )
    try:
        for name, act, way_out in steps:
            finding = check(name, act, way_out)
            yield finding
            if finding.status is Status.FAILED:
                break
    finally:
        removed = check("cleaned up", journey.clean, f"Remove gs://{upload.bucket}/{upload.name}.")
    yield removed


def _send(objects: storage.Client, journey: Journey, signer: str) -> str:
    url = browser.signed_url(objects, journey.upload, signer)
    generation = browser.put(url, journey.upload)
    return f"gs://{journey.upload.bucket}/{journey.upload.name}, generation {generation}"


def _tell(console: Console, finding: Finding) -> None:
    line = f"{_MARKS[finding.status]} {finding.name:22} "
    console.print(line, end="", highlight=False)
    console.print(finding.detail, highlight=False, markup=False, soft_wrap=True)
    if finding.status is Status.FAILED:
        console.print(
            f"        -> {finding.way_out}", highlight=False, markup=False, soft_wrap=True
        )
