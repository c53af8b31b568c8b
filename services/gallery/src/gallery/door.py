"""Around every handler: security headers, refusal of foreign forms, one line of log."""

import time
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from gallery.problem import Problem
from safelight.logging import trace_fields

_POLICY: Final = (
    "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A handler's own header wins.
_HEADERS: Final = {
    "Content-Security-Policy": _POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}
_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_QUIET: Final = frozenset({"/healthz"})

log = structlog.get_logger()


class Door:
    """The outermost part of the application."""

    def __init__(self, app: ASGIApp, project: str = "") -> None:
        self._app = app
        self._project = project

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        answered = _Answered(send)
        began = time.perf_counter()
        try:
            await self._inside(scope)(scope, receive, answered.send)
        except Exception:
            log.exception("request_crashed", path=scope["path"])
            if not answered.status:
                await _crash().to_json()(scope, receive, answered.send)
        finally:
            self._log(scope, answered, time.perf_counter() - began)

    def _inside(self, scope: Scope) -> ASGIApp:
        is_refused = is_foreign(scope["method"], Headers(scope=scope))
        return _refusal().to_json() if is_refused else self._app

    def _log(self, scope: Scope, answered: "_Answered", spent_s: float) -> None:
        if scope["path"] in _QUIET:
            return
        trace = trace_fields(self._project, Headers(scope=scope).get("X-Cloud-Trace-Context"))
        log.info(
            "request_answered",
            method=scope["method"],
            path=scope["path"],
            status=answered.status,
            bytes=answered.bytes,
            duration_ms=round(spent_s * 1000, 1),
            **trace,
        )


class _Answered:
    """Adds the headers to an answer on its way, and remembers what it was."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0
        self.bytes = 0

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = MutableHeaders(scope=message)
            for name, value in _HEADERS.items():
                headers.setdefault(name, value)
        else:
            self.bytes += len(message.get("body", b""))
        await self._send(message)


def is_foreign(method: str, headers: Headers) -> bool:
    """Tell whether another site's page sends this to change something here.

    Browsers say so; programs that say nothing are not led by a foreign page.
    https://developer.mozilla.org/docs/Web/HTTP/Reference/Headers/Sec-Fetch-Site
    """
    if method in _READING:
        return False
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != headers.get("host", "")


def _refusal() -> Problem:
    detail = "Forms of other sites are not accepted."
    return Problem(HTTPStatus.FORBIDDEN, "foreign_form", detail)


def _crash() -> Problem:
    detail = "The gallery failed; its log says why."
    return Problem(HTTPStatus.INTERNAL_SERVER_ERROR, "internal", detail)
