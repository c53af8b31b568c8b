"""What the configuration grants, and the page that tells it.

``python -m tests.infra.permissions`` writes the page anew.
"""

import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from tests.infra import terraform
from tests.infra.state import Resource, State, output, resources

PAGE: Final = terraform.ROOT / "docs" / "reference" / "permissions.md"
_INTRODUCTION: Final = """\
# Permissions

Every grant that `infra/` makes, and why.
This page is generated (`python -m tests.infra.permissions`), and a test holds it to the Terraform.

An account is `safelight-NAME@PROJECT.iam.gserviceaccount.com`.
Grants are on the smallest thing on which Google Cloud allows them.
The metadata function has no right on the database, and the gallery none to change it.
Whoever runs Terraform needs more: see [deploy.md](../deploy.md#prerequisites).
"""
_HEADER: Final = "| account | role | on | why |\n|---|---|---|---|\n"
_WITH_OPTIONS: Final = """
With `gallery.public`, `allUsers` may call the service gallery.
Each of `gallery.viewers` may call it otherwise.
Each of `senders` gets two grants:
`roles/storage.objectCreator` on the bucket uploads, to copy pictures into it, and
`roles/iam.serviceAccountTokenCreator` on the account sender, to sign upload URLs in its name.
"""


class Grant(NamedTuple):
    to: str
    role: str
    on: str


def told(state: State) -> dict[Grant, str]:
    """Return the reason of each grant that the output ``permissions`` tells."""
    return {
        Grant(one["to"], one["role"], one["on"]): one["why"] for one in output(state, "permissions")
    }


def made(state: State) -> list[Grant]:
    """Return every grant that is made."""
    return [_grant(r) for r in resources(state) if r.kind.endswith("_iam_member")]


def page(bootstrapped: State, built: State) -> str:
    """Return ``docs/reference/permissions.md`` as it should be."""
    parts = [
        _INTRODUCTION,
        "## The application\n\n" + _table(built) + _WITH_OPTIONS,
        "## The build\n\n" + _table(bootstrapped),
    ]
    return "\n".join(parts)


def _table(state: State) -> str:
    rows = (f"| {g.to} | `{g.role}` | {g.on} | {why} |" for g, why in sorted(told(state).items()))
    return _HEADER + "\n".join(rows) + "\n"


def _grant(resource: Resource) -> Grant:
    values = resource.values
    return Grant(_name(values["member"]), values["role"], _target(resource))


def _target(resource: Resource) -> str:
    """Return what a grant is on, in the words of the output."""
    values = resource.values
    key = resource.address.rpartition('["')[2].removesuffix('"]')
    if values.get("condition"):
        expression = values["condition"][0]["expression"]
        return "database " + expression.rpartition("/")[2].strip('"')
    return {
        "google_artifact_registry_repository_iam_member": (
            f"repository {_last(values, 'repository')}"
        ),
        "google_cloud_run_v2_service_iam_member": f"service {values.get('name')}",
        "google_cloud_tasks_queue_iam_member": f"queue {_last(values, 'name')}",
        "google_project_iam_member": "project",
        "google_pubsub_subscription_iam_member": f"subscription of trigger {key}",
        "google_pubsub_topic_iam_member": f"topic {_last(values, 'topic')}",
        "google_service_account_iam_member": f"account {_account(values)}",
        "google_storage_bucket_iam_member": f"bucket {_bucket(values)}",
    }[resource.kind]


def _last(values: Mapping[str, Any], name: str) -> str:
    return str(values.get(name)).rpartition("/")[2]


def _account(values: Mapping[str, Any]) -> str:
    return _last(values, "service_account_id").removeprefix("safelight-")


def _bucket(values: Mapping[str, Any]) -> str:
    name = str(values.get("bucket")).removeprefix(f"{terraform.PROJECT}-")
    return name.removeprefix("safelight-")


def _name(member: str) -> str:
    kind, _, email = member.partition(":")
    name, _, domain = email.partition("@")
    agents = {
        "gs-project-accounts.iam.gserviceaccount.com": "storage agent",
        "gcp-sa-pubsub.iam.gserviceaccount.com": "pubsub agent",
        f"{terraform.PROJECT}.iam.gserviceaccount.com": name.removeprefix("safelight-"),
    }
    return agents.get(domain, member) if kind == "serviceAccount" else member


def _states(folder: Path) -> Iterator[State]:
    with terraform.terraform_environment(folder) as environment:
        for root in terraform.ROOTS:
            yield terraform.copied(root, folder / Path(root).name, environment).apply()


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="infra-") as folder:
        PAGE.write_text(page(*_states(Path(folder))))
    sys.stdout.write(f"{PAGE} written\n")


if __name__ == "__main__":
    main()
