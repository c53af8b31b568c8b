"""The doctor reads Google Cloud's policies; here a session answers them from memory."""

from collections import defaultdict
from typing import Any

from safelight_cli.doctor.deployment import Deployment
from safelight_cli.doctor.finding import Finding, Status
from safelight_cli.doctor.grants import GRANTS, Grant, check_grants

HERE = Deployment("a-project", "europe-west1")
STORAGE_AGENT = "service-42@gs-project-accounts.iam.gserviceaccount.com"
ROLE = "roles/storage.objectCreator"


class Answer:
    def __init__(self, policy: dict[str, Any]) -> None:
        self._policy = policy

    def raise_for_status(self) -> None:
        """Every answer is good."""

    def json(self) -> dict[str, Any]:
        return self._policy


class Session:
    """Holds every role for everybody who is asked for, but what ``missing`` names."""

    def __init__(self, missing: tuple[str, str] = ("", "")) -> None:
        self.asked: dict[str, str] = defaultdict(str)
        self._missing = missing

    def request(self, method: str, url: str, *, json: object, timeout: float) -> Answer:
        assert (json is None) == (method == "GET")
        if "resourcemanager" in url:
            # Otherwise the names of roles with a condition come back changed.
            assert json == {"options": {"requestedPolicyVersion": 3}}
        assert timeout > 0
        self.asked[url] = method
        members = [member(grant) for grant in GRANTS]
        bindings = [
            {
                "role": grant.role,
                "members": [m for m in members if (m, grant.role) != self._missing],
            }
            for grant in GRANTS
        ]
        return Answer({"bindings": bindings})


def member(grant: Grant) -> str:
    agents = {
        "storage agent": STORAGE_AGENT,
        "pubsub agent": "service-42@gcp-sa-pubsub.iam.gserviceaccount.com",
    }
    return f"serviceAccount:{agents.get(grant.to) or HERE.account(grant.to)}"


def failed(findings: list[Finding]) -> dict[str, str]:
    return {f.name: f.detail for f in findings if f.status is Status.FAILED}


def test_all_grants_are_found() -> None:
    session = Session()

    findings = list(check_grants(session, HERE, STORAGE_AGENT))

    assert failed(findings) == {}
    assert {finding.name for finding in findings} == {f"grants on {grant.on}" for grant in GRANTS}


def test_a_missing_grant_is_told_with_its_role_and_member() -> None:
    gallery = member(Grant("bucket uploads", "gallery", ROLE))

    findings = list(check_grants(Session((gallery, ROLE)), HERE, STORAGE_AGENT))

    assert failed(findings) == {"grants on bucket uploads": f"missing: {ROLE} for {gallery}"}
    assert all(finding.way_out for finding in findings if finding.status is Status.FAILED)


def test_each_thing_is_asked_where_google_keeps_its_policy() -> None:
    session = Session()

    list(check_grants(session, HERE, STORAGE_AGENT))

    place = "projects/a-project/locations/europe-west1"
    account = "safelight-tasks@a-project.iam.gserviceaccount.com"
    assert dict(session.asked) == {
        f"https://iam.googleapis.com/v1/projects/-/serviceAccounts/{account}:getIamPolicy": "POST",
        "https://storage.googleapis.com/storage/v1/b/a-project-analysis/iam": "GET",
        "https://storage.googleapis.com/storage/v1/b/a-project-quarantine/iam": "GET",
        "https://storage.googleapis.com/storage/v1/b/a-project-uploads/iam": "GET",
        "https://storage.googleapis.com/storage/v1/b/a-project-variants/iam": "GET",
        "https://cloudresourcemanager.googleapis.com/v1/projects/a-project:getIamPolicy": "POST",
        f"https://cloudtasks.googleapis.com/v2/{place}/queues/render:getIamPolicy": "POST",
        f"https://run.googleapis.com/v2/{place}/services/metadata:getIamPolicy": "GET",
        f"https://run.googleapis.com/v2/{place}/services/thumbnailer:getIamPolicy": "GET",
        "https://pubsub.googleapis.com/v1/projects/a-project/topics/image-events-dead"
        ":getIamPolicy": "GET",
    }
