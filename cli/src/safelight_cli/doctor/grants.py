"""Check that every grant of the deployment is there, by reading Google Cloud's policies.

The grants are those of ``docs/reference/permissions.md``; a test holds the two equal.
"""

from collections.abc import Iterator
from functools import partial
from itertools import groupby
from operator import attrgetter
from typing import Any, Final, NamedTuple, Protocol

from safelight_cli.doctor.deployment import Deployment
from safelight_cli.doctor.finding import CheckError, Finding, check
from safelight_cli.doctor.parts import TIMEOUT_S

_WAY_OUT: Final = "terraform plan shows what differs; apply infra/terraform again."
# Roles of older versions have a suffix where a condition stands on them.
_WITH_CONDITIONS: Final = {"options": {"requestedPolicyVersion": 3}}


class Grant(NamedTuple):
    on: str
    to: str
    role: str


GRANTS: Final = (
    Grant("account tasks", "workflow", "roles/iam.serviceAccountUser"),
    Grant("bucket analysis", "metadata", "roles/storage.objectCreator"),
    Grant("bucket analysis", "metadata", "roles/storage.objectViewer"),
    Grant("bucket analysis", "workflow", "roles/storage.objectViewer"),
    Grant("bucket quarantine", "thumbnailer", "roles/storage.objectViewer"),
    Grant("bucket quarantine", "workflow", "roles/storage.objectCreator"),
    Grant("bucket quarantine", "workflow", "roles/storage.objectViewer"),
    Grant("bucket uploads", "gallery", "roles/storage.objectCreator"),
    Grant("bucket uploads", "metadata", "roles/storage.objectViewer"),
    Grant("bucket uploads", "sender", "roles/storage.objectCreator"),
    Grant("bucket uploads", "thumbnailer", "roles/storage.objectViewer"),
    Grant("bucket uploads", "workflow", "roles/storage.objectUser"),
    Grant("bucket variants", "gallery", "roles/storage.objectViewer"),
    Grant("bucket variants", "thumbnailer", "roles/storage.objectUser"),
    Grant("database (default)", "gallery", "roles/datastore.viewer"),
    Grant("database (default)", "metadata", "roles/datastore.user"),
    Grant("database (default)", "thumbnailer", "roles/datastore.user"),
    Grant("database (default)", "workflow", "roles/datastore.user"),
    Grant("project", "storage agent", "roles/pubsub.publisher"),
    Grant("project", "trigger", "roles/eventarc.eventReceiver"),
    Grant("project", "trigger", "roles/workflows.invoker"),
    Grant("project", "workflow", "roles/logging.logWriter"),
    Grant("queue render", "workflow", "roles/cloudtasks.enqueuer"),
    Grant("service metadata", "workflow", "roles/run.invoker"),
    Grant("service thumbnailer", "tasks", "roles/run.invoker"),
    Grant("topic image-events-dead", "pubsub agent", "roles/pubsub.publisher"),
)


class Session(Protocol):
    """Sends requests with the caller's credentials (``google.auth`` has one)."""

    def request(self, method: str, url: str, *, json: object, timeout: float) -> Any: ...


def check_grants(session: Session, deployment: Deployment, storage_agent: str) -> Iterator[Finding]:
    """Yield, for each thing that is granted on, whether its grants are there."""
    for on, grants in groupby(GRANTS, attrgetter("on")):
        expected = [(_member(deployment, grant.to, storage_agent), grant.role) for grant in grants]
        seen = partial(_granted, session, deployment, on, expected)
        yield check(f"grants on {on}", seen, _WAY_OUT)


def _granted(
    session: Session, deployment: Deployment, on: str, expected: list[tuple[str, str]]
) -> str:
    method, url, body = _policy_request(deployment, on)
    answer = session.request(method, url, json=body, timeout=TIMEOUT_S)
    answer.raise_for_status()
    bindings = answer.json().get("bindings", [])
    found = {(member, b["role"]) for b in bindings for member in b.get("members", [])}
    if missing := [
        f"{role} for {member}" for member, role in expected if (member, role) not in found
    ]:
        raise CheckError(f"missing: {'; '.join(missing)}")
    return f"all {len(expected)} there"


def _policy_request(deployment: Deployment, on: str) -> tuple[str, str, object]:
    """Return how the policy of a thing is read (``getIamPolicy`` in Google's reference)."""
    kind, _, name = on.partition(" ")
    project = f"projects/{deployment.project}"
    account = f"projects/-/serviceAccounts/{deployment.account(name)}"
    bucket = f"https://storage.googleapis.com/storage/v1/b/{deployment.bucket(name)}/iam"
    url = {
        "account": f"https://iam.googleapis.com/v1/{account}",
        "database": f"https://cloudresourcemanager.googleapis.com/v1/{project}",
        "project": f"https://cloudresourcemanager.googleapis.com/v1/{project}",
        "queue": f"https://cloudtasks.googleapis.com/v2/{deployment.queue}",
        "service": f"https://run.googleapis.com/v2/{deployment.parent}/services/{name}",
        "topic": f"https://pubsub.googleapis.com/v1/{project}/topics/{name}",
    }
    if kind == "bucket":
        return "GET", bucket, None
    if kind in ("service", "topic"):
        return "GET", f"{url[kind]}:getIamPolicy", None
    body = _WITH_CONDITIONS if kind in ("database", "project") else {}
    return "POST", f"{url[kind]}:getIamPolicy", body


def _member(deployment: Deployment, name: str, storage_agent: str) -> str:
    number = storage_agent.partition("@")[0]  # service-NUMBER
    agents = {
        "storage agent": storage_agent,
        "pubsub agent": f"{number}@gcp-sa-pubsub.iam.gserviceaccount.com",
    }
    return f"serviceAccount:{agents.get(name) or deployment.account(name)}"
