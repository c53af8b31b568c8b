"""Hand pictures to the thumbnailer, as the workflow does.

Needs google-cloud-tasks, which this package does not bring: most stages enqueue nothing.
"""

from dataclasses import dataclass
from datetime import datetime

from google.api_core.exceptions import AlreadyExists
from google.cloud.tasks_v2 import CloudTasksClient, HttpMethod, HttpRequest, OidcToken, Task
from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from safelight.names import render_task_id
from safelight.task import RenderTask

_DEADLINE_S = 600


@dataclass(frozen=True, slots=True)
class Target:
    """Whom tasks go to: the queue, the thumbnailer, and in whose name it is called."""

    queue: str
    thumbnailer_url: str
    service_account: str
    recipes: str = "default"


class RenderQueue:
    """The queue of render tasks."""

    def __init__(self, client: CloudTasksClient, target: Target) -> None:
        self._client = client
        self._target = target

    @property
    def recipes(self) -> str:
        """The recipe set that tasks ask for."""
        return self._target.recipes

    def enqueue(self, task: RenderTask, epoch: int, at: datetime) -> None:
        """Create the task, not to be delivered before ``at``; one that exists is the same one.

        The client's errors (``google.api_core.exceptions``) pass through.
        """
        name = render_task_id(task.image_id, task.generation, task.recipes, epoch)
        made = Task(
            name=f"{self._target.queue}/tasks/{name}",
            schedule_time=_timestamp(at),
            dispatch_deadline=Duration(seconds=_DEADLINE_S),
            http_request=self._request(task),
        )
        try:
            self._client.create_task(parent=self._target.queue, task=made)
        except AlreadyExists:
            return

    def _request(self, task: RenderTask) -> HttpRequest:
        target = self._target
        return HttpRequest(
            url=f"{target.thumbnailer_url}/tasks/render",
            http_method=HttpMethod.POST,
            headers={"Content-Type": "application/json"},
            body=task.model_dump_json(by_alias=True).encode(),
            oidc_token=OidcToken(
                service_account_email=target.service_account, audience=target.thumbnailer_url
            ),
        )


def _timestamp(at: datetime) -> Timestamp:
    made = Timestamp()
    made.FromDatetime(at)
    return made
