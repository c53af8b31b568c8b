"""The parts of a deployment that change pictures, found where the deployment itself names them."""

from dataclasses import dataclass

from google.cloud import firestore, storage
from google.cloud.tasks_v2 import CloudTasksClient
from google.cloud.workflows_v1 import WorkflowsClient

from safelight.google import make
from safelight.quarantine import Quarantine
from safelight.records import Records
from safelight.render_queue import RenderQueue, Target
from safelight_cli.doctor.deployment import Deployment, PlaceError

_TIMEOUT_S = 15.0


@dataclass(frozen=True)
class Parts:
    """What deciding about pictures needs."""

    database: firestore.Client
    records: Records
    queue: RenderQueue
    quarantine: Quarantine


def connect(deployment: Deployment) -> Parts:
    """Return the parts of the deployment.

    The workflow's variables say whom render tasks go to.  Raises PlaceError, and Google's errors.
    """
    workflow = make(WorkflowsClient).get_workflow(name=deployment.workflow, timeout=_TIMEOUT_S)
    told = dict(workflow.user_env_vars)
    try:
        target = Target(
            queue=told["RENDER_QUEUE"],
            thumbnailer_url=told["THUMBNAILER_URL"],
            service_account=told["TASKS_SERVICE_ACCOUNT"],
            recipes=told["RECIPES"],
        )
        bucket = told["QUARANTINE_BUCKET"]
    except KeyError as error:
        raise PlaceError(f"{deployment.workflow} has no variable {error}; deploy it anew") from None
    database = make(firestore.Client)
    return Parts(
        database=database,
        records=Records(database),
        queue=RenderQueue(make(CloudTasksClient), target),
        quarantine=Quarantine(make(storage.Client), bucket),
    )
