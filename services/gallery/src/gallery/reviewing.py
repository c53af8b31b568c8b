"""The door for reviewers, where the setting REVIEW opens it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse

from gallery.desk import Desk
from gallery.detail import detail_of
from gallery.fields import read_fields
from gallery.objects import MissingObjectError
from gallery.pages import Pages
from gallery.preview import Previews
from gallery.problem import Problem, not_found, wants_page
from gallery.reviewer import Identify
from gallery.viewing import ALONE
from safelight.review import IN_REVIEW, Opinion, is_appealed, opinion


@dataclass(frozen=True)
class Reviewing:
    """The handlers, and what they need."""

    desk: Desk
    previews: Previews
    identify: Identify
    pages: Pages
    most: int

    async def list_waiting(self, request: Request) -> Response:
        """Answer ``GET /review``."""
        return await run_in_threadpool(self._page, request)

    async def show_picture(self, request: Request) -> Response:
        """Answer ``GET /review/{image_id}/picture``: only while the picture is held back."""
        return await run_in_threadpool(self._picture, request)

    async def decide(self, request: Request) -> Response:
        """Answer ``POST /review/{image_id}``: ``decision``, ``reason`` and ``reviewer``."""
        fields = await read_fields(request)
        return await run_in_threadpool(self._decide, request, fields)

    def _page(self, request: Request) -> Response:
        reviewer = self.identify(request.headers)
        records = self.desk.waiting(self.most)
        waiting = [(detail_of(record, ()), is_appealed(record)) for record in records]
        return self.pages.page("review.html", waiting=waiting, reviewer=reviewer)

    def _picture(self, request: Request) -> Response:
        self.identify(request.headers)
        image_id = request.path_params["image_id"]
        record = self.desk.read(image_id)
        if record is None or record.get("state") not in IN_REVIEW:
            raise not_found()
        try:
            content_type, pieces = self.previews.read(image_id, record)
        except MissingObjectError:
            raise not_found() from None
        headers = {"Content-Security-Policy": ALONE, "Cache-Control": "no-store"}
        return StreamingResponse(pieces, headers=headers, media_type=content_type)

    def _decide(self, request: Request, fields: Mapping[str, str]) -> Response:
        reviewer = self.identify(request.headers) or fields.get("reviewer", "")
        act = self._act(fields.get("decision", ""))
        image_id = request.path_params["image_id"]
        act(image_id, opinion(reviewer, fields.get("reason", "")))
        if wants_page(request):
            return RedirectResponse("/review", HTTPStatus.SEE_OTHER)
        return JSONResponse({"imageId": image_id, "decision": fields["decision"]})

    def _act(self, decision: str) -> Callable[[str, Opinion], None]:
        acts = {"approve": self.desk.approve, "reject": self.desk.reject}
        if decision not in acts:
            detail = "The decision is to be approve or reject."
            raise Problem(HTTPStatus.UNPROCESSABLE_ENTITY, "no_decision", detail)
        return acts[decision]


@dataclass(frozen=True)
class Appealing:
    """The door for owners who disagree, where the setting APPEALS opens it."""

    desk: Desk

    async def take(self, request: Request) -> Response:
        """Answer ``POST /images/{image_id}/appeal`` with its ``text``."""
        fields = await read_fields(request)
        image_id = request.path_params["image_id"]
        await run_in_threadpool(self.desk.appeal, image_id, fields.get("text", ""))
        if wants_page(request):
            return RedirectResponse(f"/images/{image_id}", HTTPStatus.SEE_OTHER)
        return JSONResponse({"imageId": image_id}, HTTPStatus.CREATED)
