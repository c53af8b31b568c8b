"""From an HTTP request to the use case and back; one line of log a request."""

import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

import structlog
from flask import Request, Response

from metadata import answer, request
from metadata.describe import Describer
from metadata.examine import Examiner
from metadata.original import Source
from metadata.questions import Questions
from metadata.request import MalformedRequestError
from safelight.errors import TransientError
from safelight.logging import trace_fields
from safelight.names import image_id
from safelight.vision import VisionFormatError

MAX_BODY_BYTES: Final = 4 * 1024 * 1024

Facts = dict[str, Any]
Use = Callable[[bytes, Facts], Response]


class App:
    """The function as its server calls it."""

    def __init__(
        self, examiner: Examiner, describer: Describer, questions: Questions, project: str
    ) -> None:
        self._examiner = examiner
        self._describer = describer
        self._questions = questions
        self._project = project
        self._log = structlog.get_logger()
        self._routes = {
            "/inspect": ("picture_inspected", self._inspect),
            "/describe": ("picture_described", self._describe),
        }

    def __call__(self, http: Request) -> Response:
        """Return the answer, or a problem: 400 and 404 never worth a retry, 503 always."""
        began = time.perf_counter()
        event, use = self._routes.get(http.path, ("request_refused", _refuse))
        facts: dict[str, Any] = {}
        facts |= trace_fields(self._project, http.headers.get("X-Cloud-Trace-Context"))
        response = self._answered(use, http, facts)
        duration_ms = round((time.perf_counter() - began) * 1000, 1)
        log = self._log.info if response.status_code == HTTPStatus.OK else self._log.warning
        log(event, status=response.status_code, duration_ms=duration_ms, **facts)
        return response

    def _answered(self, use: Use, http: Request, facts: Facts) -> Response:
        try:
            return use(_body(http), facts)
        except UnknownPathError:
            detail = "There are POST /inspect and POST /describe."
            return answer.problem(HTTPStatus.NOT_FOUND, "not_found", detail)
        except (MalformedRequestError, VisionFormatError) as error:
            facts["problem"] = str(error)[:500]
            return answer.problem(HTTPStatus.BAD_REQUEST, MalformedRequestError.code, str(error))
        except TransientError as error:
            facts |= {"problem": error.code, "cause": repr(error.__cause__)[:500]}
            return answer.problem(HTTPStatus.SERVICE_UNAVAILABLE, error.code, error.message)
        except Exception:  # noqa: BLE001 -- the outermost boundary
            self._log.exception("request_crashed", **facts)
            detail = "The function failed; its log says why."
            return answer.problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)

    def _inspect(self, body: bytes, facts: Facts) -> Response:
        source = request.read_inspect(body)
        facts |= _identity(source)
        found = self._examiner.examine(source)
        if found.examination is not None:
            inspection = found.examination.inspection
            facts |= {"format": inspection.format, "images": len(found.uris)}
        facts["reason"] = found.reason.code if found.reason else None
        return answer.examination(found, self._questions)

    def _describe(self, body: bytes, facts: Facts) -> Response:
        picture = request.read_describe(body)
        facts |= _identity(picture.source)
        found = self._describer.describe(picture)
        facts |= {"outcome": str(found.outcome)}
        facts["reason"] = found.reason.code if found.reason else None
        return answer.description(found)


class UnknownPathError(Exception):
    """There is nothing at this path."""


def _refuse(_: bytes, __: Facts) -> Response:
    raise UnknownPathError


def _body(http: Request) -> bytes:
    if (http.content_length or 0) > MAX_BODY_BYTES:
        raise MalformedRequestError(f"the body has more than {MAX_BODY_BYTES:,} bytes")
    return http.get_data()


def _identity(source: Source) -> Facts:
    return {
        "image_id": image_id(source.bucket, source.name),
        "generation": source.generation,
    }
