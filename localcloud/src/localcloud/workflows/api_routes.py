"""What exists over REST only: callbacks, step entries, the history of an execution.

https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.stepEntries
https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions.callbacks
https://cloud.google.com/workflows/docs/reference/executions/rest/v1/projects.locations.workflows.executions
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
from localcloud.errors import RpcError, invalid_argument, not_found
from localcloud.rest import error_response
from localcloud.workflows.api_callbacks import EXECUTION_PATH, callback_route
from localcloud.workflows.callbacks import Callbacks
from localcloud.workflows.executions import Executions
from localcloud.workflows.filters import ordered, selected
from localcloud.workflows.names import page
from localcloud.workflows.step_entries import step_entries

MAX_STEP_ENTRIES_PAGE = 1000
MAX_CALLBACKS_PAGE = 100

Handler = Callable[[Request], Awaitable[Any]]


class History:
    """The handlers of what can be read about an execution."""

    def __init__(
        self, database: sqlite3.Connection, executions: Executions, callbacks: Callbacks
    ) -> None:
        self._database = database
        self._executions = executions
        self._callbacks = callbacks

    async def callbacks(self, request: Request) -> Any:
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
        found, token = _page(request, callbacks, MAX_CALLBACKS_PAGE)
        return {"callbacks": found, **token}

    async def steps(self, request: Request) -> Any:
        query = request.query_params
        aliases = {"parent": "navigationInfo.parent"}
        chosen = selected(self._entries(request), query.get("filter", ""), aliases)
        chosen = ordered(chosen, query.get("orderBy", ""))[_number(request, "skip") :]
        found, token = _page(request, chosen, MAX_STEP_ENTRIES_PAGE)
        return {"stepEntries": found, "totalSize": len(chosen), **token}

    async def step(self, request: Request) -> Any:
        wanted = request.path_params["entry"]
        for entry in self._entries(request):
            if entry["entryId"] == wanted:
                return entry
        raise not_found(f"step entry '{wanted}' not found")

    async def delete(self, request: Request) -> Any:
        self._executions.delete_history(_name(request))
        return {}

    async def export(self, request: Request) -> Any:
        execution = MessageToDict(self._executions.get(_name(request)))
        return {"data": json.dumps({"execution": execution, "steps": self._entries(request)})}

    def _entries(self, request: Request) -> list[dict[str, Any]]:
        name = _name(request)
        self._executions.get(name)
        return step_entries(self._database, name)


def routes(history: History, callbacks: Callbacks, clock: Clock) -> list[Route]:
    """Return the routes; they must come before those of the gRPC services."""
    return [
        callback_route(callbacks, clock),
        Route(f"{EXECUTION_PATH}/callbacks", _answering(history.callbacks)),
        Route(f"{EXECUTION_PATH}/stepEntries", _answering(history.steps)),
        Route(f"{EXECUTION_PATH}/stepEntries/{{entry}}", _answering(history.step)),
        Route(f"{EXECUTION_PATH}:exportData", _answering(history.export)),
        Route(
            f"{EXECUTION_PATH}:deleteExecutionHistory",
            _answering(history.delete),
            methods=["POST"],
        ),
    ]


def _answering(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        try:
            return JSONResponse(await handler(request))
        except RpcError as error:
            return error_response(error)

    return answer


def _name(request: Request) -> str:
    v: Mapping[str, str] = request.path_params
    return (
        f"projects/{v['project']}/locations/{v['location']}"
        f"/workflows/{v['workflow']}/executions/{v['execution']}"
    )


def _page(request: Request, items: Any, largest: int) -> tuple[list[Any], dict[str, str]]:
    token = request.query_params.get("pageToken", "")
    found, following = page(items, _number(request, "pageSize"), token, largest)
    return list(found), {"nextPageToken": following} if following else {}


def _number(request: Request, name: str) -> int:
    text = request.query_params.get(name, "0")
    if not text.isdigit():
        raise invalid_argument(f"{name} must be a number, got {text!r}")
    return int(text)
