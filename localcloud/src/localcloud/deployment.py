"""Create what a stack names, and bring what exists up to date."""

from google.protobuf import json_format
from google.protobuf.field_mask_pb2 import FieldMask

from localcloud.errors import RpcError, StartError
from localcloud.stack import Bucket, Queue, Stack, Workflow
from localcloud.storage.preconditions import ALWAYS
from localcloud.storage.state import Storage
from localcloud.tasks.messages import Queue as QueueMessage
from localcloud.tasks.queue_rules import new_queue, updated_queue
from localcloud.tasks.state import TaskState
from localcloud.workflows.hosting import Hosting


def deploy(stack: Stack, storage: Storage, tasks: TaskState, hosting: Hosting) -> None:
    """Deploy everything but the services.  Raises StartError for what is refused."""
    for bucket in stack.buckets:
        _deploy_bucket(storage, stack.bucket_name(bucket.name), stack.location, bucket)
    for queue in stack.queues:
        _deploy_queue(tasks, stack.queue_name(queue.name), queue)
    for workflow in stack.workflows:
        _deploy_workflow(hosting, stack.parent, workflow)


def _deploy_bucket(storage: Storage, name: str, location: str, bucket: Bucket) -> None:
    if storage.buckets.find(name) is None:
        storage.buckets.create({"name": name, "location": location.upper()})
    storage.buckets.patch(name, {"cors": list(bucket.cors)}, ALWAYS)


def _deploy_queue(tasks: TaskState, name: str, queue: Queue) -> None:
    settings = {"name": name, "rateLimits": queue.rate_limits, "retryConfig": queue.retry_config}
    try:
        asked = json_format.ParseDict(settings, QueueMessage())
        if tasks.has_queue(name):
            tasks.save_queue(updated_queue(tasks.queue(name), asked, FieldMask()))
        else:
            # Whatever was deleted lately: a stack must come up again.
            tasks.save_queue(new_queue(asked))
    except (RpcError, json_format.ParseError) as error:
        raise StartError(f"queue {queue.name} cannot be created: {error}") from error


def _deploy_workflow(hosting: Hosting, parent: str, workflow: Workflow) -> None:
    try:
        source = workflow.source.read_text()
        hosting.deploy(parent, workflow.name, source, workflow.service_account, workflow.env)
    except OSError as error:
        raise StartError(f"{workflow.source}: {error.strerror}") from error
    except RpcError as error:
        raise StartError(f"{workflow.source} cannot be deployed:\n{error.message}") from error
