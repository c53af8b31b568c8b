"""Wait for long-running operations.

Each kind says, of what the API answered, where its present state is read and whether
it has ended, well or badly.  Most APIs answer with a google.longrunning.Operation, some
with operations of their own (Compute, Kubernetes, SQL), some with the job itself.
https://cloud.google.com/workflows/docs/connectors#lro
https://cloud.google.com/workflows/docs/reference/googleapis#list_of_supported_connectors
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from localcloud.workflows.connectors.exchange import exchange
from localcloud.workflows.connectors.params import Params
from localcloud.workflows.effects import HttpRequest, Now, Running, Sleep, Value
from localcloud.workflows.failures import error

State = Mapping[str, Value]

# "operations/1", "transferOperations/1", "projects/p/operations/1"
_OPERATION = re.compile(r"[oO]perations/")


@dataclass(frozen=True, slots=True)
class Progress:
    """Whether the operation has ended, and what went wrong."""

    done: bool
    failure: Value = None


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of operation is followed.

    ``url`` takes the first request and answer; None where that answer is no operation.
    """

    url: Callable[[HttpRequest, State], str | None]
    progress: Callable[[State], Progress]


def wait(kind: str, request: HttpRequest, first: Value, params: Params) -> Running:
    """Return the final state.  Raises OperationError, TimeoutError or ResponseTypeError."""
    follow, state = KINDS[kind], _checked(first)
    progress = follow.progress(state)
    url = None if progress.done else follow.url(request, state)
    if url is not None:
        headers = _without_body(request)
        poll = replace(request, method="GET", url=url, body=None, headers=headers)
        state = yield from _polled(follow, poll, params)
        progress = follow.progress(state)
    if progress.failure is not None:
        raise error(
            "OperationError",
            _message(progress.failure),
            operation=dict(state),
            error=progress.failure,
        )
    return state


def _polled(follow: Kind, poll: HttpRequest, params: Params) -> Running:
    """Return the state in which the operation has ended."""
    begun: float = yield Now()
    delay_s = params.initial_delay_s
    while True:
        yield Sleep(delay_s)
        delay_s = min(delay_s * params.multiplier, params.max_delay_s)
        state = _checked((yield from exchange(poll)))
        if follow.progress(state).done:
            return state
        if (yield Now()) - begun > params.timeout_s:
            message = f"long-running operation timed out after {params.timeout_s:g} seconds"
            raise error("TimeoutError", message)


def _checked(state: Value) -> State:
    if not isinstance(state, dict):
        raise error("ResponseTypeError", "the state of a long-running operation must be a map")
    return state


def _map(state: State, name: str) -> State:
    """Return a part of the state; an empty map where it is missing or something else."""
    part = state.get(name)
    return part if isinstance(part, dict) else {}


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


def _below(request: HttpRequest, segment: str) -> str | None:
    """Return what the path names after ``segment``: the project after "projects", say."""
    path = _path(request)
    return path[path.index(segment) + 1] if segment in path[:-1] else None


def _until(request: HttpRequest, segment: str) -> str:
    """Return the URL up to what the path names after ``segment``."""
    path = _path(request)
    return "/".join((_base(request), *path[: path.index(segment) + 2]))


def _operation_url(request: HttpRequest, state: State) -> str | None:
    name = state.get("name")
    if not isinstance(name, str) or not ("done" in state or _OPERATION.search(name)):
        return None
    return f"{_base(request)}/{_path(request)[0]}/{name}"


def _compute_url(request: HttpRequest, state: State) -> str | None:
    if "name" not in state or "status" not in state:
        return None
    for places, place in (("zones", "zone"), ("regions", "region")):
        where = _below(request, places) or str(state.get(place, "")).rpartition("/")[2]
        if where:
            project = _until(request, "projects")
            return f"{project}/{places}/{where}/operations/{state['name']}"
    return f"{_until(request, 'projects')}/global/operations/{state['name']}"


def _container_url(request: HttpRequest, state: State) -> str | None:
    if "name" not in state or "status" not in state:
        return None
    places = "zones" if _below(request, "zones") else "locations"
    where = _below(request, places) or state.get("location") or state.get("zone")
    return f"{_until(request, 'projects')}/{places}/{where}/operations/{state['name']}"


def _sql_url(request: HttpRequest, state: State) -> str | None:
    if "name" not in state or "status" not in state:
        return None
    return f"{_until(request, 'projects')}/operations/{state['name']}"


def _bigquery_url(request: HttpRequest, state: State) -> str | None:
    job = _map(state, "jobReference")
    if "jobId" not in job:
        return None
    location = f"?location={job['location']}" if job.get("location") else ""
    return f"{_until(request, 'projects')}/jobs/{job['jobId']}{location}"


def _dataflow_url(request: HttpRequest, state: State) -> str | None:
    job = _map(state, "job") or state
    if "id" not in job:
        return None
    location = _below(request, "locations") or job.get("location")
    place = f"/locations/{location}" if location else ""
    return f"{_until(request, 'projects')}{place}/jobs/{job['id']}"


def _execution_url(request: HttpRequest, state: State) -> str | None:
    name = _map(state, "metadata").get("name")
    return f"{_until(request, 'namespaces')}/executions/{name}" if name else None


def _state_url(request: HttpRequest, state: State) -> str | None:
    if "state" not in state:
        return None
    return _job_url(request, state)


def _batch_url(request: HttpRequest, state: State) -> str | None:
    if "state" not in _map(state, "status"):
        return None
    return _job_url(request, state)


def _job_url(request: HttpRequest, state: State) -> str | None:
    if "name" in state:
        return f"{_base(request)}/{_path(request)[0]}/{state['name']}"
    return f"{request.url.partition('?')[0]}/{state['jobId']}" if "jobId" in state else None


def _operation_progress(state: State) -> Progress:
    return Progress(state.get("done") is True, state.get("error"))


def _status_progress(state: State) -> Progress:
    failed = state.get("error") or None
    if isinstance(failed, dict) and isinstance(failed.get("errors"), list) and failed["errors"]:
        failed = {**failed, "message": failed["errors"][0].get("message")}
    return Progress(state.get("status") == "DONE", failed)


def _bigquery_progress(state: State) -> Progress:
    status = _map(state, "status")
    return Progress(status.get("state") == "DONE", status.get("errorResult"))


def _execution_progress(state: State) -> Progress:
    conditions = _map(state, "status").get("conditions")
    for condition in conditions if isinstance(conditions, list) else ():
        if isinstance(condition, dict) and condition.get("type") == "Completed":
            well, badly = (condition.get("status") == text for text in ("True", "False"))
            return Progress(done=well or badly, failure=condition if badly else None)
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
    return _ended(_map(state, "status").get("state"), None)


def _dataflow_progress(state: State) -> Progress:
    """Return the progress; a streaming job has started once it runs, for it never ends."""
    reached = state.get("currentState")
    if state.get("type") == "JOB_TYPE_STREAMING" and reached == "JOB_STATE_RUNNING":
        return Progress(done=True)
    return _ended(reached, None)


KINDS: Mapping[str, Kind] = {
    "operation": Kind(_operation_url, _operation_progress),
    "compute": Kind(_compute_url, _status_progress),
    "container": Kind(_container_url, _status_progress),
    "sql": Kind(_sql_url, _status_progress),
    "job": Kind(_bigquery_url, _bigquery_progress),
    "batch": Kind(_batch_url, _batch_progress),
    "dataflow": Kind(_dataflow_url, _dataflow_progress),
    "execution": Kind(_execution_url, _execution_progress),
    "state": Kind(_state_url, _state_progress),
}
