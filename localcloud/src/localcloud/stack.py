"""Read ``stack.yaml``: what runs on the local cloud, as Terraform says it for the real one.

Text values may name what is known only at start: ``${project}``, ``${location}``,
``${buckets.NAME}``, ``${queues.NAME}``, ``${services.NAME.url}``.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from localcloud.environment import base_url
from localcloud.errors import StartError

_REFERENCE = re.compile(r"\$\{([a-z0-9_.-]+)\}", re.IGNORECASE)


class _Part(BaseModel):
    model_config = ConfigDict(
        frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True
    )


class Bucket(_Part):
    """A bucket; its real name is ``PROJECT-NAME``, as bucket names are global.

    ``cors`` is as in the bucket resource of the API.
    """

    name: str
    cors: tuple[dict[str, Any], ...] = ()


class Queue(_Part):
    """A Cloud Tasks queue; the two maps are as in the queue resource of the API."""

    name: str
    rate_limits: dict[str, Any] = Field(default_factory=dict)
    retry_config: dict[str, Any] = Field(default_factory=dict)


class Trigger(_Part):
    """An Eventarc trigger: an event type on a bucket starts a workflow."""

    name: str
    event_type: str
    bucket: str
    workflow: str


class Workflow(_Part):
    """A workflow; ``source`` is a path beside the stack file."""

    name: str
    source: Path
    service_account: str
    env: dict[str, str] = Field(default_factory=dict)


class RunService(_Part):
    """A Cloud Run service, run as a process; ``python`` in the command is this Python."""

    name: str
    command: tuple[str, ...]
    service_account: str
    public: bool = False
    invokers: frozenset[str] = frozenset()
    """Who may call it, where it is not public; empty: every account."""
    concurrency: int = Field(default=80, ge=1, le=1000)
    timeout_s: float = Field(default=300.0, gt=0)
    env: dict[str, str] = Field(default_factory=dict)


class Stack(_Part):
    """The whole of it."""

    project: str
    location: str
    buckets: tuple[Bucket, ...] = ()
    queues: tuple[Queue, ...] = ()
    services: tuple[RunService, ...] = ()
    workflows: tuple[Workflow, ...] = ()
    triggers: tuple[Trigger, ...] = ()

    @property
    def parent(self) -> str:
        return f"projects/{self.project}/locations/{self.location}"

    def bucket_name(self, name: str) -> str:
        return f"{self.project}-{name}"

    def queue_name(self, name: str) -> str:
        return f"{self.parent}/queues/{name}"

    def workflow_name(self, name: str) -> str:
        return f"{self.parent}/workflows/{name}"

    def service_port(self, name: str, port: int) -> int:
        """Return the service's port: those after localcloud's own, in the order of the file."""
        names = [service.name for service in self.services]
        return port + 1 + names.index(name)


def load_stack(path: Path, port: int) -> Stack:
    """Return the stack with every reference resolved for a local cloud on ``port``.

    Raises StartError with all faults of the file.
    """
    try:
        raw = yaml.safe_load(path.read_text())
        known = _known(Stack.model_validate(raw), port)
        stack = Stack.model_validate(_resolved(raw, known, path))
    except OSError as error:
        raise StartError(f"{path}: {error.strerror}") from error
    except yaml.YAMLError as error:
        raise StartError(f"{path} is no YAML: {error}") from error
    except ValidationError as error:
        faults = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise StartError("\n".join([f"{path} is wrong:", *faults])) from error
    workflows = [
        w.model_copy(update={"source": (path.parent / w.source).resolve()}) for w in stack.workflows
    ]
    return stack.model_copy(update={"workflows": tuple(workflows)})


def _known(stack: Stack, port: int) -> dict[str, str]:
    known = {"project": stack.project, "location": stack.location}
    known |= {f"buckets.{b.name}": stack.bucket_name(b.name) for b in stack.buckets}
    known |= {f"queues.{q.name}": stack.queue_name(q.name) for q in stack.queues}
    for service in stack.services:
        known[f"services.{service.name}.url"] = base_url(stack.service_port(service.name, port))
    return known


def _resolved(value: Any, known: dict[str, str], path: Path) -> Any:
    if isinstance(value, dict):
        return {key: _resolved(item, known, path) for key, item in value.items()}
    if isinstance(value, list):
        return [_resolved(item, known, path) for item in value]
    if not isinstance(value, str):
        return value

    def resolve(reference: re.Match[str]) -> str:
        if reference[1] not in known:
            raise StartError(f"{path}: ${{{reference[1]}}} names nothing in this file")
        return known[reference[1]]

    return _REFERENCE.sub(resolve, value)
