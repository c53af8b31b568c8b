"""What exists over REST only: callback endpoints, step entries, the history of an execution.

https://cloud.google.com/workflows/docs/creating-callback-endpoints
https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.stepEntries
https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.callbacks
"""

import json
import sqlite3
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localcloud.clock import Clock
from localcloud.errors import RpcError, not_found
from localcloud.rest import error_response
from localcloud.workflows.callbacks import Callbacks
from localcloud.workflows.executions import Executions
from localcloud.workflows.filters import ordered, selected
from localcloud.workflows.names import page
from localcloud.workflows.step_entries import step_entries

_EXECUTION = (
    "/v1/projects/{project}/locations/{location}/workflows/{workflow}/executions/{execution}"
)
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
MAX_STEP_ENTRIES_PAGE = 1000
DEFAULT_CALLBACKS_PAGE = 100

Handler = Callable[[Request], Awaitable[Any]]


class RestOnly:
    """The handlers."""

    def __init__(
        self,
        database: sqlite3.Connection,
        clock: Clock,
        executions: Executions,
        callbacks: Callbacks,
    ) -> None:
        self._database = database
        self._clock = clock
        self._executions = executions
        self._callbacks = callbacks

    async def call_back(self, request: Request) -> Any:
        """Receive a call of a callback endpoint."""
        variables = request.path_params
        event = {
            "http_request": {
                "body": _body(request, await request.body()),
                "headers": _headers(request),
                "method": request.method,
                "query": _query(request),
                "url": request.url.path,
            },
            "received_time": self._clock.now().isoformat().replace("+00:00", "Z"),
            "type": "HTTP",
        }
        self._callbacks.call(variables["execution"], variables["callback"], request.method, event)
        return {}

    async def list_callbacks(self, request: Request) -> Any:
        parent = _name(request)
        self._executions.get(parent)
        callbacks = [
            {
                "name": f"{parent}/callbacks/{callback.id}",
                "method": callback.method,
                "availablePayloads": list(callback.payloads),
                "waiters": str(callback.waiters),
            }
            for callback in self._callbacks.list(request.path_params["execution"])
        ]
        found, token = _page(request, callbacks, DEFAULT_CALLBACKS_PAGE)
        return {"callbacks": found, **token}

    async def list_steps(self, request: Request) -> Any:
        entries = self._entries(request)
        query = request.query_params
        chosen = selected(entries, query.get("filter", ""), {"parent": "navigationInfo.parent"})
        chosen = ordered(chosen, query.get("orderBy", ""))[int(query.get("skip", 0)) :]
        found, token = _page(request, chosen, MAX_STEP_ENTRIES_PAGE)
        return {"stepEntries": found, "totalSize": len(chosen), **token}

    async def get_step(self, request: Request) -> Any:
        wanted = request.path_params["entry"]
        for entry in self._entries(request):
            if entry["entryId"] == wanted:
                return entry
        raise not_found(f"step entry '{wanted}' not found")

    async def verb(self, request: Request) -> Any:
        """Handle ``…/executions/ID:exportData`` and ``:deleteExecutionHistory``."""
        verb = request.path_params["verb"]
        name = _name(request)
        if (request.method, verb) == ("POST", "deleteExecutionHistory"):
            self._executions.delete_history(name)
            return {}
        if (request.method, verb) == ("GET", "exportData"):
            execution = MessageToDict(self._executions.get(name))
            data = {"execution": execution, "stepEntries": self._entries(request)}
            return {"data": json.dumps(data)}
        raise not_found(f"an execution has no method {request.method} {verb}")

    def _entries(self, request: Request) -> list[dict[str, Any]]:
        name = _name(request)
        self._executions.get(name)
        return step_entries(self._database, name)


def routes(handlers: RestOnly) -> list[Route]:
    """Return the routes; they must come before those of the gRPC services."""
    return [
        Route(f"{_EXECUTION}/callbacks", _answering(handlers.list_callbacks)),
        Route(
            f"{_EXECUTION}/callbacks/{{callback}}",
            _answering(handlers.call_back),
            methods=list(METHODS),
        ),
        Route(f"{_EXECUTION}/stepEntries", _answering(handlers.list_steps)),
        Route(f"{_EXECUTION}/stepEntries/{{entry}}", _answering(handlers.get_step)),
        *(
            Route(f"{_EXECUTION}:{verb}", _with_verb(handlers.verb, verb), methods=[method])
            for verb, method in (("deleteExecutionHistory", "POST"), ("exportData", "GET"))
        ),
    ]


def _answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request))
        except RpcError as error:
            return error_response(error)

    return answer


def _with_verb(handler: Handler, verb: str) -> Callable[[Request], Awaitable[Response]]:
    async def handle(request: Request) -> Any:
        request.path_params["verb"] = verb
        return await handler(request)

    return _answering(handle)


def _name(request: Request) -> str:
    v: Mapping[str, str] = request.path_params
    return (
        f"projects/{v['project']}/locations/{v['location']}"
        f"/workflows/{v['workflow']}/executions/{v['execution']}"
    )


def _page(request: Request, items: Any, largest: int) -> tuple[list[Any], dict[str, str]]:
    query = request.query_params
    found, token = page(items, int(query.get("pageSize", 0)), query.get("pageToken", ""), largest)
    return list(found), {"nextPageToken": token} if token else {}


def _body(request: Request, body: bytes) -> Any:
    """Return JSON parsed, any other text as it is."""
    if not body:
        return None
    if "json" in request.headers.get("content-type", ""):
        try:
            return json.loads(body)
        except ValueError:
            return body.decode(errors="replace")
    return body.decode(errors="replace")


def _headers(request: Request) -> dict[str, str]:
    return {
        "-".join(part.capitalize() for part in name.split("-")): value
        for name, value in request.headers.items()
    }


def _query(request: Request) -> dict[str, Any]:
    """Return the query as a map; a repeated name has a list."""
    query = request.query_params
    lists = {name: query.getlist(name) for name in query}
    return {name: values[0] if len(values) == 1 else values for name, values in lists.items()}
