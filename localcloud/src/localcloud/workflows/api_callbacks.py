"""The endpoints that callbacks arrive at.

https://cloud.google.com/workflows/docs/creating-callback-endpoints
"""

import json
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localcloud.clock import Clock
from localcloud.errors import RpcError
from localcloud.rest import error_response
from localcloud.workflows.callbacks import Callbacks

METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH")
EXECUTION_PATH = (
    "/v1/projects/{project}/locations/{location}/workflows/{workflow}/executions/{execution}"
)


def callback_route(callbacks: Callbacks, clock: Clock) -> Route:
    """Return the route of every endpoint."""

    async def call_back(request: Request) -> Response:
        event = {
            "http_request": await _shown(request),
            "received_time": clock.now().isoformat().replace("+00:00", "Z"),
            "type": "HTTP",
        }
        where = request.path_params
        try:
            callbacks.call(where["execution"], where["callback"], request.method, event)
        except RpcError as error:
            return error_response(error)
        return JSONResponse({})

    return Route(f"{EXECUTION_PATH}/callbacks/{{callback}}", call_back, methods=list(METHODS))


async def _shown(request: Request) -> dict[str, Any]:
    return {
        "body": _body(request, await request.body()),
        "headers": {_canonical(name): value for name, value in request.headers.items()},
        "method": request.method,
        "query": _query(request),
        "url": request.url.path,
    }


def _body(request: Request, body: bytes) -> Any:
    """Return JSON parsed, any other text as it is."""
    if not body:
        return None
    text = body.decode(errors="replace")
    if "json" not in request.headers.get("content-type", ""):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text


def _canonical(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


def _query(request: Request) -> dict[str, Any]:
    """Return the query as a map; a repeated name has a list."""
    query = request.query_params
    lists = {name: query.getlist(name) for name in query}
    return {name: values[0] if len(values) == 1 else values for name, values in lists.items()}
