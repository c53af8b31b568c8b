"""The gallery as an application: its routes, and what its errors look like."""

import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Final

import structlog
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from gallery.door import Door
from gallery.pages import Pages
from gallery.problem import Problem, not_found, wants_page
from gallery.reviewing import Appealing, Reviewing
from gallery.sending import Sending
from gallery.viewing import Viewing
from safelight.errors import TransientError
from safelight.review import MissingWordsError, ReviewError, UnknownPictureError

_STATIC: Final = Path(__file__).parent / "static"
_REVIEW_STATUSES: Final[Mapping[type[ReviewError], HTTPStatus]] = {
    UnknownPictureError: HTTPStatus.NOT_FOUND,
    MissingWordsError: HTTPStatus.UNPROCESSABLE_ENTITY,
}

log = structlog.get_logger()

Handler = Callable[[Request, Exception], Awaitable[Response]]


@dataclass(frozen=True)
class Doors:
    """All handlers; those of reviewers and of appeals where they are open."""

    viewing: Viewing
    sending: Sending
    reviewing: Reviewing | None = None
    appealing: Appealing | None = None


def build_app(doors: Doors, pages: Pages, project: str = "") -> Starlette:
    """Return the application of these handlers."""
    answer = _answerer(pages)
    viewing, sending = doors.viewing, doors.sending
    return Starlette(
        routes=[
            Route("/", viewing.list_newest),
            Route("/cards", viewing.list_cards),
            Route("/live", viewing.follow),
            Route("/images/{image_id}", viewing.show_image),
            Route("/variants/{image_id}/{variant}", viewing.show_variant),
            Route("/upload", sending.take_form, methods=["POST"]),
            *_review_routes(doors),
            Route("/healthz", _say_healthy),
            Mount("/static", StaticFiles(directory=_STATIC)),
        ],
        middleware=[Middleware(Door, project=project)],
        exception_handlers={
            Problem: answer,
            HTTPException: answer,
            TransientError: answer,
            ReviewError: answer,
        },
        lifespan=_lifespan,
    )


def _review_routes(doors: Doors) -> Iterator[Route]:
    if reviewing := doors.reviewing:
        yield Route("/review", reviewing.list_waiting)
        yield Route("/review/{image_id}", reviewing.decide, methods=["POST"])
        yield Route("/review/{image_id}/picture", reviewing.show_picture)
    if appealing := doors.appealing:
        yield Route("/images/{image_id}/appeal", appealing.take, methods=["POST"])


@contextlib.asynccontextmanager
async def _lifespan(_: Starlette) -> AsyncIterator[None]:
    yield
    log.info("service_stopped")


async def _say_healthy(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _answerer(pages: Pages) -> Handler:
    async def answer(request: Request, error: Exception) -> Response:
        problem = problem_of(error)
        if not wants_page(request):
            return problem.to_json()
        page = await run_in_threadpool(pages.page, "problem.html", problem.status, problem=problem)
        page.headers.update(problem.headers)
        return page

    return answer


def problem_of(error: Exception) -> Problem:
    """Return what is told of an error."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, TransientError):
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, error.code, error.message)
    if isinstance(error, ReviewError):
        status = _REVIEW_STATUSES.get(type(error), HTTPStatus.CONFLICT)
        return Problem(status, error.code, error.message)
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.NOT_FOUND:
        return not_found()
    status = HTTPStatus(error.status_code)
    code = status.phrase.lower().replace(" ", "_")
    return Problem(status, code, str(error.detail), headers=error.headers or {})
