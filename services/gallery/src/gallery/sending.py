"""The door for those who bring pictures: ``POST /upload``."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from gallery.form import Form, NoFormError
from gallery.front import Front
from gallery.problem import Problem, wants_page
from gallery.upload import Intake, Refused
from safelight.errors import EmptyFileError, TooLargeError, UnsupportedFormatError

_STATUSES: Final = {
    EmptyFileError.code: HTTPStatus.UNPROCESSABLE_ENTITY,
    TooLargeError.code: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    UnsupportedFormatError.code: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    "too_many_files": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
}

log = structlog.get_logger()


@dataclass(frozen=True)
class Sending:
    """The handler, and what it needs; without ``new_intake`` there are no uploads."""

    front: Front
    new_intake: Callable[[], Intake] | None
    max_request_bytes: int

    async def take_form(self, request: Request) -> Response:
        """Stream the files of a form into the bucket, no faster than the bucket takes them."""
        if self.new_intake is None:
            detail = "Uploads are switched off here: UPLOAD_BUCKET is not set."
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "uploads_off", detail)
        intake = self.new_intake()
        try:
            await self._receive(request, intake)
        finally:
            await run_in_threadpool(intake.abandon)
        log.info("files_taken", stored=len(intake.stored), refused=len(intake.refused))
        return await run_in_threadpool(self._answer, request, intake)

    async def _receive(self, request: Request, intake: Intake) -> None:
        self._check_length(int(request.headers.get("content-length") or 0))
        received = 0
        try:
            form = Form(request.headers.get("content-type", ""), intake)
            async for data in request.stream():
                received += len(data)
                self._check_length(received)
                await run_in_threadpool(form.feed, data)
            form.finish()
        except NoFormError as error:
            raise Problem(HTTPStatus.BAD_REQUEST, "no_form", str(error)) from error
        except ClientDisconnect:
            raise Problem(HTTPStatus.BAD_REQUEST, "cut_off", "The upload was cut off.") from None

    def _check_length(self, length: int) -> None:
        if length > self.max_request_bytes:
            detail = f"All files together may have {self.max_request_bytes:,} bytes."
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            raise Problem(status, "form_too_large", detail, headers={"Connection": "close"})

    def _answer(self, request: Request, intake: Intake) -> Response:
        if not intake.stored and not intake.refused:
            raise Problem(HTTPStatus.BAD_REQUEST, "no_files", "Choose at least one picture.")
        if not wants_page(request):
            return _told(intake)
        if intake.refused:
            message = f"{len(intake.stored)} stored." if intake.stored else ""
            return self.front.page(None, message, intake.refused, _status(intake.refused))
        return RedirectResponse(f"/?stored={len(intake.stored)}", HTTPStatus.SEE_OTHER)


def _told(intake: Intake) -> Response:
    """Return the image ids of what was stored, as a problem if not all was."""
    images: list[dict[str, Any]] = [
        {"filename": one.filename, "name": one.object_name, "imageId": one.image_id}
        for one in intake.stored
    ]
    if not intake.refused:
        return JSONResponse({"images": images}, HTTPStatus.CREATED)
    refused = [
        {"filename": one.filename, "code": one.error.code, "detail": one.error.message}
        for one in intake.refused
    ]
    first = intake.refused[0].error
    more = {"images": images, "refused": refused}
    return Problem(_status(intake.refused), first.code, first.message, more).to_json()


def _status(refused: Sequence[Refused]) -> HTTPStatus:
    """Return the status of the first refusal; trouble of ours comes before faults of files."""
    found = [_STATUSES.get(one.error.code, HTTPStatus.SERVICE_UNAVAILABLE) for one in refused]
    return next((s for s in found if s is HTTPStatus.SERVICE_UNAVAILABLE), found[0])
