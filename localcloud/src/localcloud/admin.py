"""What the stand-in offers beside Google's APIs: health, the call log, faults and the clock.

``GET /_localcloud/health`` · ``GET /_localcloud/calls`` · ``GET|POST|DELETE /_localcloud/faults``
· ``POST /_localcloud/clock {"advanceS": 60}``
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localcloud.clock import Clock
from localcloud.faults import Fault, Faults

PREFIX = "/_localcloud"


def routes(faults: Faults, clock: Clock, services: Callable[[], Mapping[str, str]]) -> list[Route]:
    """Return the routes; ``services`` tells each service's state."""

    async def health(_: Request) -> Response:
        states = services()
        ready = all(state == "ready" for state in states.values())
        return JSONResponse({"ready": ready, "services": states}, 200 if ready else 503)

    async def calls(_: Request) -> Response:
        return JSONResponse([asdict(call) for call in faults.calls])

    async def plan(request: Request) -> Response:
        if request.method == "POST":
            try:
                faults.plan.append(Fault(**await _object(request)))
            except (TypeError, ValueError) as error:
                return JSONResponse({"error": str(error)}, 400)
        if request.method == "DELETE":
            faults.plan.clear()
        return JSONResponse([asdict(fault) for fault in faults.plan])

    async def advance(request: Request) -> Response:
        try:
            clock.advance(float((await _object(request))["advanceS"]))
        except (KeyError, TypeError, ValueError) as error:
            return JSONResponse({"error": str(error)}, 400)
        return JSONResponse({"time": clock.now().isoformat()})

    return [
        Route(f"{PREFIX}/health", health),
        Route(f"{PREFIX}/calls", calls),
        Route(f"{PREFIX}/faults", plan, methods=["GET", "POST", "DELETE"]),
        Route(f"{PREFIX}/clock", advance, methods=["POST"]),
    ]


async def _object(request: Request) -> dict[str, Any]:
    body = await request.json()
    if not isinstance(body, dict):
        raise TypeError("a JSON object is expected")
    return body
