"""The service over HTTP: one door for render tasks, two for whoever runs it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import StatelessLifespan

from safelight.errors import BusyError
from safelight.logging import trace_fields
from safelight.task import RenderTask
from thumbnailer.outcome import Outcome, PostponedError

# https://cloud.google.com/tasks/docs/creating-http-target-tasks#handler
_RETRY_COUNT = "X-CloudTasks-TaskRetryCount"
_WAIT_S = 60.0

log = structlog.get_logger()

Render = Callable[[RenderTask, int], Outcome]


@dataclass(frozen=True)
class Door:
    """The handlers, and what they need."""

    render: Render
    places: threading.Semaphore
    """As many pictures are in memory at a time; further tasks wait."""
    ready: threading.Event
    project: str = ""

    async def render_picture(self, request: Request) -> Response:
        """Answer ``POST /tasks/render``."""
        try:
            task = RenderTask.model_validate_json(await request.body())
            attempt = 1 + int(request.headers.get(_RETRY_COUNT, "0"))
        except ValueError as error:
            return refuse_task(error)
        trace = trace_fields(self.project, request.headers.get("X-Cloud-Trace-Context"))
        return await run_in_threadpool(self._answer, task, attempt, trace)

    def _answer(self, task: RenderTask, attempt: int, trace: dict[str, str]) -> Response:
        bound = log.bind(
            image_id=task.image_id, generation=task.generation, attempt=attempt, **trace
        )
        try:
            outcome = self._render_in_turn(task, attempt)
        except (PostponedError, BusyError) as error:
            bound.warning("render_postponed", error=repr(error.__cause__ or error))
            return problem(503, error.code, error.message)
        code = outcome.reason.code if outcome.reason else None
        times = {operation.name: operation.duration_ms for operation in outcome.operations}
        bound.info("render_finished", result=outcome.result, code=code, duration_ms=times)
        return JSONResponse({"imageId": task.image_id, "outcome": outcome.result, "code": code})

    def _render_in_turn(self, task: RenderTask, attempt: int) -> Outcome:
        if not self.places.acquire(timeout=_WAIT_S):
            raise BusyError
        try:
            return self.render(task, attempt)
        finally:
            self.places.release()

    async def say_healthy(self, _request: Request) -> Response:
        return JSONResponse({"status": "ok"})

    async def say_ready(self, _request: Request) -> Response:
        """Ready once a picture would not have to wait for anything but another picture."""
        if self.ready.is_set():
            return JSONResponse({"status": "ready"})
        return problem(503, "starting", "The renderers are starting.")


def build_app(door: Door, lifespan: StatelessLifespan[Starlette] | None = None) -> Starlette:
    routes = [
        Route("/tasks/render", door.render_picture, methods=["POST"]),
        Route("/healthz", door.say_healthy),
        Route("/readyz", door.say_ready),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


def problem(status: int, code: str, detail: str) -> JSONResponse:
    """Return an error as RFC 9457 has it, with a stable code."""
    body = {"type": "about:blank", "status": status, "code": code, "detail": detail}
    return JSONResponse(body, status, media_type="application/problem+json")


def refuse_task(error: ValueError) -> JSONResponse:
    """Return the answer to what is no render task; a queue would send it again in vain."""
    if isinstance(error, ValidationError):
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()]
        return problem(400, "not_a_render_task", "; ".join(faults))
    return problem(400, "not_a_render_task", f"The header {_RETRY_COUNT} is not a number.")
