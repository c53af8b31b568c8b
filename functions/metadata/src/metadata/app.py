"""From an HTTP request to the use case and back; one line of log a request."""

import time
from http import HTTPStatus
from typing import Any, Final

import structlog
from flask import Request, Response

from metadata import answer, request
from metadata.describe import Describer, Description, Picture
from metadata.request import MalformedRequestError
from safelight.errors import TransientError
from safelight.logging import trace_fields
from safelight.names import image_id

MAX_BODY_BYTES: Final = 4 * 1024 * 1024


class App:
    """The function as its server calls it."""

    def __init__(self, describer: Describer, project: str) -> None:
        self._describer = describer
        self._project = project
        self._log = structlog.get_logger()

    def __call__(self, http: Request) -> Response:
        """Return the description, or a problem: 400 never worth a retry, 503 always."""
        began = time.perf_counter()
        facts: dict[str, Any] = {}
        facts |= trace_fields(self._project, http.headers.get("X-Cloud-Trace-Context"))
        response = self._answered(http, facts)
        duration_ms = round((time.perf_counter() - began) * 1000, 1)
        log = self._log.info if response.status_code == HTTPStatus.OK else self._log.warning
        log("picture_described", status=response.status_code, duration_ms=duration_ms, **facts)
        return response

    def _answered(self, http: Request, facts: dict[str, Any]) -> Response:
        try:
            return self._answer(http, facts)
        except MalformedRequestError as error:
            facts["problem"] = str(error)
            return answer.problem(HTTPStatus.BAD_REQUEST, error.code, str(error))
        except TransientError as error:
            facts |= {"problem": error.code, "cause": repr(error.__cause__)[:500]}
            return answer.problem(HTTPStatus.SERVICE_UNAVAILABLE, error.code, error.message)
        except Exception:  # noqa: BLE001 -- the outermost boundary
            self._log.exception("request_crashed", **facts)
            detail = "The function failed; its log says why."
            return answer.problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)

    def _answer(self, http: Request, facts: dict[str, Any]) -> Response:
        if (http.content_length or 0) > MAX_BODY_BYTES:
            raise MalformedRequestError(f"the body has more than {MAX_BODY_BYTES:,} bytes")
        picture = request.read(http.get_data())
        facts |= _identity(picture)
        found = self._describer.describe(picture)
        facts |= _findings(found)
        return answer.description(found)


def _identity(picture: Picture) -> dict[str, Any]:
    return {
        "image_id": image_id(picture.bucket, picture.name),
        "generation": picture.generation,
    }


def _findings(found: Description) -> dict[str, Any]:
    reason = found.reason.code if found.reason else None
    kind = found.metadata["format"] if found.metadata else None
    return {"outcome": str(found.outcome), "reason": reason, "format": kind}
