"""Check that the parts are there: buckets, database, queue, workflow."""

from collections.abc import Iterator
from functools import partial
from typing import Any, Final

from google.api_core.exceptions import NotFound
from google.cloud import firestore, storage
from google.cloud.tasks_v2 import CloudTasksClient, Queue
from google.cloud.workflows_v1 import Workflow, WorkflowsClient

from safelight.record import IMAGES
from safelight_cli.doctor.deployment import BUCKETS, Deployment
from safelight_cli.doctor.finding import CheckError, Finding, check

TIMEOUT_S: Final = 15.0
_APPLY: Final = "Apply infra/terraform: make deploy PROJECT=… REGION=…"
# What this command does in the uploads bucket itself.
_NEEDED: Final = ["storage.objects.create", "storage.objects.get", "storage.objects.delete"]


def check_buckets(client: storage.Client, deployment: Deployment) -> Iterator[Finding]:
    """Yield whether each bucket is there, and whether pictures may be put into the first."""
    for name in BUCKETS:
        seen = partial(_bucket, client, deployment.bucket(name))
        yield check(f"bucket {name}", seen, _APPLY)
    yield check(
        "right to write",
        lambda: _permissions(client, deployment.bucket("uploads")),
        f"Grant yourself roles/storage.objectUser on gs://{deployment.bucket('uploads')}.",
    )


def check_database(client: firestore.Client) -> Finding:
    way_out = f"{_APPLY}; to read records you need roles/datastore.user."
    return check("database", lambda: _database(client), way_out)


def check_queue(client: CloudTasksClient, deployment: Deployment) -> Finding:
    way_out = f"{_APPLY}; a paused queue: gcloud tasks queues resume render"
    return check("queue", lambda: _queue(client, deployment), way_out)


def check_workflow(client: WorkflowsClient, deployment: Deployment) -> Finding:
    return check("workflow", lambda: _workflow(client, deployment), _APPLY)


def _bucket(client: storage.Client, name: str) -> str:
    try:
        bucket: Any = client.get_bucket(name, timeout=TIMEOUT_S)
    except NotFound as error:
        raise CheckError(f"gs://{name} does not exist") from error
    return f"gs://{name} in {bucket.location}"


def _permissions(client: storage.Client, bucket: str) -> str:
    granted = client.bucket(bucket).test_iam_permissions(_NEEDED, timeout=TIMEOUT_S)
    if missing := [name for name in _NEEDED if name not in granted]:
        raise CheckError(f"you lack {', '.join(missing)}")
    return "you may create and remove objects"


def _database(client: firestore.Client) -> str:
    client.collection(IMAGES).document("doctor").get(timeout=TIMEOUT_S)
    return f"{client._database_string} answers"  # noqa: SLF001 -- it has no public name


def _queue(client: CloudTasksClient, deployment: Deployment) -> str:
    queue = client.get_queue(name=deployment.queue, timeout=TIMEOUT_S)
    if queue.state is not Queue.State.RUNNING:
        raise CheckError(f"{deployment.queue} is {queue.state.name.lower()}")
    return f"{deployment.queue} runs, {queue.retry_config.max_attempts} attempts"


def _workflow(client: WorkflowsClient, deployment: Deployment) -> str:
    workflow = client.get_workflow(name=deployment.workflow, timeout=TIMEOUT_S)
    if workflow.state is not Workflow.State.ACTIVE:
        raise CheckError(f"{deployment.workflow} is {workflow.state.name.lower()}")
    return f"{deployment.workflow} is active, revision {workflow.revision_id}"
