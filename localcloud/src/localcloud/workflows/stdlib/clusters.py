"""``gke`` and ``shell``: deploy as in the service, but there is nothing here to call.

https://cloud.google.com/workflows/docs/reference/connectors/gke/request
https://github.com/GoogleCloudPlatform/workflows-demos/tree/master/workflows-executes-commands
"""

from __future__ import annotations

from localcloud.workflows.effects import Running, Value
from localcloud.workflows.failures import error
from localcloud.workflows.interpret.frame import RunState
from localcloud.workflows.stdlib.function import Function, Param


def no_cluster(_state: RunState, *_arguments: Value) -> Running:
    """Raise SystemError: no cluster can be reached from here."""
    yield from ()
    raise error("SystemError", "Google Kubernetes Engine is not available on this machine")


def no_shell(_state: RunState, *_arguments: Value) -> Running:
    """Raise SystemError: no command is run on this machine."""
    yield from ()
    raise error("SystemError", "commands are not run on this machine")


_CLUSTER = ("cluster_id", "location", "project")
_JOB = (*_CLUSTER, "namespace", "job_name")
_COMMAND = ("args", "location", "project", "env", "skip_logging", "timeout")
_PARAMS = {
    "gke.request": (*_CLUSTER, "method", "path", "timeout", "body", "headers", "query"),
    "gke.create_job": (*_CLUSTER, "namespace", "job", "query", "timeout"),
    "gke.await_job": (*_JOB, "timeout"),
    "gke.delete_job": (*_JOB, "query", "body", "timeout"),
    "shell.gcloud": _COMMAND,
    "shell.kubectl": _COMMAND,
}


def _function(name: str, params: tuple[str, ...]) -> Function:
    body = no_shell if name.startswith("shell.") else no_cluster
    declared = tuple(Param(param, default=None) for param in params)
    return Function(name, declared, body, style="flow", blocking=True)


FUNCTIONS = tuple(_function(name, params) for name, params in _PARAMS.items())
