"""What went wrong, for people and for programs (RFC 9457)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response


@dataclass(eq=False)  # not frozen: Python writes to exceptions as they pass
class Problem(Exception):  # noqa: N818 -- the name that the RFC gives it
    """An answer that is not what was asked for: a stable code and a sentence."""

    status: HTTPStatus
    code: str
    detail: str
    more: Mapping[str, Any] = field(default_factory=dict)
    """Members besides those of the RFC."""
    headers: Mapping[str, str] = field(default_factory=dict)

    def to_json(self) -> Response:
        body = {
            "type": "about:blank",
            "title": self.status.phrase,
            "status": self.status.value,
            "code": self.code,
            "detail": self.detail,
            **self.more,
        }
        return JSONResponse(
            body, self.status, dict(self.headers), media_type="application/problem+json"
        )


def wants_page(request: Request) -> bool:
    """Tell whether a browser asks, which takes a page rather than JSON."""
    return "text/html" in request.headers.get("accept", "")


def not_found() -> Problem:
    return Problem(HTTPStatus.NOT_FOUND, "not_found", "There is no such picture or page.")
