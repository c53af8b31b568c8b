"""``gke``: deploys as in the service, but there is no Kubernetes here to call.

https://cloud.google.com/workflows/docs/access-kubernetes-objects
"""

from __future__ import annotations

from localcloud.workflows.effects import Running, Value
from localcloud.workflows.failures import error
from localcloud.workflows.interpret.frame import RunState
from localcloud.workflows.stdlib.function import Function, Param


def unavailable(_state: RunState, *_arguments: Value) -> Running:
    """Raise SystemError: no cluster can be reached from here."""
    yield from ()
    raise error("SystemError", "Google Kubernetes Engine is not available on this machine")


_CLUSTER = tuple(
    Param(name, default=None) for name in ("cluster_id", "location", "project", "namespace")
)
_NAMES = {
    "gke.request": ("method", "path", "query", "body", "headers", "timeout"),
    "gke.create_job": ("job", "query", "timeout"),
    "gke.await_job": ("job_name", "timeout"),
    "gke.delete_job": ("job_name", "query", "body", "timeout"),
    "shell.gcloud": ("command",),
    "shell.kubectl": ("command",),
}

FUNCTIONS = tuple(
    Function(
        name,
        (*_CLUSTER, *(Param(param, default=None) for param in params)),
        unavailable,
        style="flow",
        blocking=True,
    )
    for name, params in _NAMES.items()
)
