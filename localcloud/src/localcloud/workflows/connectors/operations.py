"""Wait for long-running operations.

Each kind says, of what the API answered, where its present state is read and whether
it has ended, well or badly.  Most APIs answer with a google.longrunning.Operation, some
with operations of their own (Compute, Kubernetes, SQL), some with the job itself.
https://cloud.google.com/workflows/docs/connectors#lro
https://cloud.google.com/workflows/docs/reference/googleapis#list_of_supported_connectors
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from localcloud.workflows.connectors.exchange import exchange
from localcloud.workflows.connectors.params import Params
from localcloud.workflows.effects import HttpRequest, Now, Running, Sleep, Value
from localcloud.workflows.failures import error

State = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Progress:
    """Whether the operation has ended, and what went wrong."""

    done: bool
    failure: Value = None


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of operation is followed; ``url`` takes the first request and answer."""

    url: Callable[[HttpRequest, State], str]
    progress: Callable[[State], Progress]


def wait(kind: str, request: HttpRequest, first: Value, params: Params) -> Running:
    """Return the final state.  Raises OperationError, TimeoutError or ResponseTypeError."""
    follow, state = KINDS[kind], _checked(first)
    progress = follow.progress(state)
    begun: float = 0.0 if progress.done else (yield Now())
    delay_s = params.initial_delay_s
    url = "" if progress.done else follow.url(request, state)
    poll = replace(request, method="GET", url=url, body=None, headers=_without_body(request))
    while not progress.done:
        yield Sleep(delay_s)
        delay_s = min(delay_s * params.multiplier, params.max_delay_s)
        state = _checked((yield from exchange(poll)))
        progress = follow.progress(state)
        if not progress.done and (yield Now()) - begun > params.timeout_s:
            raise error(
                "TimeoutError",
                f"long-running operation timed out after {params.timeout_s:g} seconds",
            )
    if progress.failure is not None:
        raise error(
            "OperationError",
            _message(progress.failure),
            operation=dict(state),
            error=progress.failure,
        )
    return state


def _checked(state: Value) -> State:
    if not isinstance(state, dict):
        raise error("ResponseTypeError", "the state of a long-running operation must be a map")
    return state


def _without_body(request: HttpRequest) -> dict[str, str]:
    return {k: v for k, v in request.headers.items() if k.lower() != "content-type"}


def _message(failure: Value) -> str:
    found = failure.get("message") if isinstance(failure, dict) else failure
    return str(found or "Long-running operation failed.")


def _base(request: HttpRequest) -> str:
    """Return scheme and host of the request."""
    scheme, _, rest = request.url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _path(request: HttpRequest) -> list[str]:
    return request.url.partition("://")[2].partition("?")[0].split("/")[1:]


def _below(request: HttpRequest, segment: str) -> str:
    """Return what the path names after ``segment``: the project after "projects", say."""
    path = _path(request)
    return path[path.index(segment) + 1] if segment in path[:-1] else "-"


def _named_url(request: HttpRequest, state: State) -> str:
    return f"{_base(request)}/{_path(request)[0]}/{state.get('name')}"


def _last(url: Value) -> str:
    return str(url).rpartition("/")[2]


def _compute_url(request: HttpRequest, state: State) -> str:
    project = f"{_base(request)}/{'/'.join(_path(request)[:2])}/projects"
    project = f"{project}/{_below(request, 'projects')}"
    for place in ("zone", "region"):
        if place in state:
            return f"{project}/{place}s/{_last(state[place])}/operations/{state.get('name')}"
    return f"{project}/global/operations/{state.get('name')}"


def _container_url(request: HttpRequest, state: State) -> str:
    location = state.get("location") or state.get("zone")
    project = _below(request, "projects")
    return (
        f"{_base(request)}/{_path(request)[0]}/projects/{project}"
        f"/locations/{location}/operations/{state.get('name')}"
    )


def _sql_url(request: HttpRequest, state: State) -> str:
    prefix = "/".join(_path(request)[: _path(request).index("projects")])
    project = _below(request, "projects")
    return f"{_base(request)}/{prefix}/projects/{project}/operations/{state.get('name')}"


def _bigquery_url(request: HttpRequest, state: State) -> str:
    job = state.get("jobReference") or {}
    project = job.get("projectId") or _below(request, "projects")
    location = f"?location={job['location']}" if job.get("location") else ""
    return f"{_base(request)}/bigquery/v2/projects/{project}/jobs/{job.get('jobId')}{location}"


def _dataflow_url(request: HttpRequest, state: State) -> str:
    job = state.get("job") or state
    location = job.get("location") or _below(request, "locations")
    path = f"v1b3/projects/{job.get('projectId') or _below(request, 'projects')}"
    place = "" if location == "-" else f"/locations/{location}"
    return f"{_base(request)}/{path}{place}/jobs/{job.get('id')}"


def _execution_url(request: HttpRequest, state: State) -> str:
    metadata = state.get("metadata") or {}
    namespace = metadata.get("namespace") or _below(request, "namespaces")
    prefix = "/".join(_path(request)[: _path(request).index("namespaces")])
    return f"{_base(request)}/{prefix}/namespaces/{namespace}/executions/{metadata.get('name')}"


def _state_url(request: HttpRequest, state: State) -> str:
    if "name" in state:
        return _named_url(request, state)
    return f"{request.url.partition('?')[0]}/{state.get('jobId')}"


def _operation_progress(state: State) -> Progress:
    return Progress(state.get("done") is True, state.get("error"))


def _status_progress(state: State) -> Progress:
    failed = state.get("error") or None
    if isinstance(failed, dict) and isinstance(failed.get("errors"), list) and failed["errors"]:
        failed = {**failed, "message": failed["errors"][0].get("message")}
    return Progress(state.get("status") == "DONE", failed)


def _bigquery_progress(state: State) -> Progress:
    status = state.get("status") or {}
    return Progress(status.get("state") == "DONE", status.get("errorResult"))


def _execution_progress(state: State) -> Progress:
    conditions = (state.get("status") or {}).get("conditions") or []
    for condition in conditions:
        if condition.get("type") == "Completed" and condition.get("status") in ("True", "False"):
            return Progress(done=True, failure=None if condition["status"] == "True" else condition)
    return Progress(done=False)


_WELL = ("SUCCEEDED", "JOB_STATE_DONE")
_BADLY = ("FAILED", "CANCELLED", "EXPIRED", "UNAVAILABLE", "DELETION_IN_PROGRESS")


def _ended(state: Value, failure: Value) -> Progress:
    text = str(state)
    if text.endswith(_WELL):
        return Progress(done=True)
    if text.endswith(_BADLY):
        failure = failure or {"message": f"the operation has ended as {text}"}
        return Progress(done=True, failure=failure)
    return Progress(done=False)


def _state_progress(state: State) -> Progress:
    return _ended(state.get("state"), state.get("error"))


def _batch_progress(state: State) -> Progress:
    return _ended((state.get("status") or {}).get("state"), None)


def _dataflow_progress(state: State) -> Progress:
    """Return the progress; a streaming job has started once it runs, for it never ends."""
    reached = state.get("currentState")
    if state.get("type") == "JOB_TYPE_STREAMING" and reached == "JOB_STATE_RUNNING":
        return Progress(done=True)
    return _ended(reached, None)


KINDS: Mapping[str, Kind] = {
    "operation": Kind(_named_url, _operation_progress),
    "compute": Kind(_compute_url, _status_progress),
    "container": Kind(_container_url, _status_progress),
    "sql": Kind(_sql_url, _status_progress),
    "job": Kind(_bigquery_url, _bigquery_progress),
    "batch": Kind(_named_url, _batch_progress),
    "dataflow": Kind(_dataflow_url, _dataflow_progress),
    "execution": Kind(_execution_url, _execution_progress),
    "state": Kind(_state_url, _state_progress),
}
