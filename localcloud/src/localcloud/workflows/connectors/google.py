"""Connectors: ``googleapis.…`` as calls of a workflow, without I/O.

https://cloud.google.com/workflows/docs/connectors
"""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from localcloud.workflows.connectors.catalog import find_method
from localcloud.workflows.connectors.exchange import exchange
from localcloud.workflows.connectors.operations import wait
from localcloud.workflows.connectors.params import read_params
from localcloud.workflows.connectors.request import build_request
from localcloud.workflows.effects import Running, Value, WorkflowError
from localcloud.workflows.failures import error, type_error, value_error
from localcloud.workflows.limits import DEFAULT_LIMITS, Limits
from localcloud.workflows.stdlib import jsons
from localcloud.workflows.values import type_name

Arguments = Mapping[str, Value]

_SECRETS = "googleapis.secretmanager.{version}.projects.secrets"
_EXECUTIONS = "googleapis.workflowexecutions.{version}.projects.locations.workflows.executions"


@dataclass(frozen=True, slots=True)
class GoogleConnectors:
    """The connectors; shortcuts take ``project_id`` where the call does not name a project.

    Without ``regional`` every API has one host, and a region is a parameter as any other.
    """

    project_id: str = ""
    limits: Limits = DEFAULT_LIMITS
    regional: bool = True

    def exists(self, name: str) -> bool:
        """Tell whether ``googleapis.SERVICE.VERSION.RESOURCE.METHOD`` is known."""
        return name in SHORTCUTS or find_method(name) is not None

    def call(self, name: str, args: Arguments) -> Running:
        """Return what the method answers: the body of the response, or the final operation."""
        shortcut = SHORTCUTS.get(name)
        if shortcut is not None:
            return (yield from shortcut(self, name, dict(args)))
        method = find_method(name)
        if method is None:
            raise value_error(f"unknown connector '{name}'")
        given = dict(args)
        params = read_params(given.pop("connector_params", None))
        request = build_request(
            method, given, params.auth, params.request_timeout_s, regional=self.regional
        )
        answer = yield from exchange(request, self.limits)
        if method.operation is None or params.skip_polling:
            return answer
        return (yield from wait(method.operation, request, answer, params))


def _access_string(connectors: GoogleConnectors, name: str, args: dict[str, Value]) -> Running:
    """Return a version of a secret as text.

    https://cloud.google.com/workflows/docs/reference/googleapis/secretmanager/v1/projects.secrets.versions/accessString
    """
    version = args.get("version")
    secret = f"{_secret(connectors, args)}/versions/{'latest' if version is None else version}"
    access = name.replace("accessString", "access")
    answer = yield from connectors.call(access, {"name": secret, **_shared(args)})
    try:
        return base64.b64decode(answer["payload"].get("data", "")).decode()
    except (KeyError, TypeError, AttributeError) as missing:
        raise error("ResponseTypeError", "the version of the secret has no payload") from missing
    except ValueError as undecodable:
        raise value_error("the secret is not valid UTF-8") from undecodable


def _add_version(connectors: GoogleConnectors, name: str, args: dict[str, Value]) -> Running:
    """Add a version with the data, text or bytes; return it.

    https://cloud.google.com/workflows/docs/reference/googleapis/secretmanager/v1/projects.secrets/addVersionString
    """
    data = args.get("data")
    if isinstance(data, str):
        data = data.encode()
    if not isinstance(data, bytes):
        raise type_error(f"argument 'data' must be a string; got: {type_name(data)}")
    body = {"payload": {"data": base64.b64encode(data).decode()}}
    parent = _secret(connectors, args)
    method = name.replace("addVersionString", "addVersion")
    return (yield from connectors.call(method, {"parent": parent, "body": body, **_shared(args)}))


def _run_workflow(connectors: GoogleConnectors, name: str, args: dict[str, Value]) -> Running:
    """Run a workflow and return its result, decoded; null where polling is skipped.

    https://cloud.google.com/workflows/docs/reference/googleapis/workflowexecutions/v1/projects.locations.workflows.executions/run
    """
    project = _text(args, "project_id", connectors.project_id)
    location = _text(args, "location", "us-central1")
    workflow = _text(args, "workflow_id", "")
    create = {
        "parent": f"projects/{project}/locations/{location}/workflows/{workflow}",
        "body": _execution(args.get("argument")),
        **_shared(args),
    }
    skipped = read_params(args.get("connector_params")).skip_polling
    execution = yield from _ended_execution(connectors, name.removesuffix("run"), create)
    if skipped:
        return None
    result = execution.get("result")
    return None if result is None else jsons.decode(result)


def _ended_execution(
    connectors: GoogleConnectors, prefix: str, create: dict[str, Value]
) -> Running:
    try:
        return (yield from connectors.call(f"{prefix}create", create))
    except WorkflowError as failure:
        value = failure.value
        if isinstance(value, dict) and "OperationError" in value.get("tags", ()):
            raise error(
                "OperationError",
                "Execution failed or cancelled.",
                operation=value["operation"],
                error=value["error"],
            ) from failure
        raise


def _execution(argument: Value) -> dict[str, Value]:
    return {} if argument is None else {"argument": jsons.compact(argument)}


def _secret(connectors: GoogleConnectors, args: dict[str, Value]) -> str:
    project = _text(args, "project_id", connectors.project_id)
    return f"projects/{project}/secrets/{_text(args, 'secret_id', '')}"


def _text(args: Arguments, name: str, default: str) -> str:
    value = args.get(name)
    if value is None and default:
        return default
    if not isinstance(value, str):
        raise type_error(f"argument '{name}' must be a string; got: {type_name(value)}")
    return value


def _shared(args: Arguments) -> dict[str, Value]:
    return {name: args[name] for name in ("connector_params",) if name in args}


Shortcut = Callable[[GoogleConnectors, str, dict[str, Value]], Running]

SHORTCUTS: Mapping[str, Shortcut] = {
    **{
        f"{_SECRETS.format(version=v)}.versions.accessString": _access_string
        for v in ("v1", "v1beta1")
    },
    **{f"{_SECRETS.format(version=v)}.addVersionString": _add_version for v in ("v1", "v1beta1")},
    **{f"{_EXECUTIONS.format(version=v)}.run": _run_workflow for v in ("v1", "v1beta")},
}
"""Methods that only connectors have, made of those that the APIs have."""
