"""HTTP as a workflow sends it.

https://cloud.google.com/workflows/docs/http-requests
https://cloud.google.com/workflows/docs/reference/syntax/error-types
"""

import asyncio
import socket
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from localcloud.workflows.effects import Auth, HttpRequest, HttpResponse
from localcloud.workflows.failures import WorkflowFailed, error, resource_limit
from localcloud.workflows.http_messages import USER_AGENT
from localcloud.workflows.limits import DEFAULT_LIMITS, Limits

CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"
GOOGLE_DOMAIN = ".googleapis.com"
_USUAL_HEADERS: Mapping[str, str] = {"Accept-Encoding": "gzip"}


class TokenIssuer(Protocol):
    """Whoever issues the tokens that requests carry."""

    def id_token(self, email: str, audience: str) -> str: ...

    def access_token(self, email: str, scope: str) -> str: ...


@dataclass(frozen=True, slots=True)
class GoogleApis:
    """Where ``https://SERVICE.googleapis.com/PATH`` is sent.

    With ``per_service`` to ``base_url/SERVICE/PATH``, else to ``base_url/PATH``:
    localcloud tells the APIs apart by their paths.  None leaves the URL as it is.
    """

    base_url: str | None
    per_service: bool = False

    def locate(self, url: str) -> str:
        """Return where a request for ``url`` goes."""
        parts = urlsplit(url)
        host = parts.hostname or ""
        if self.base_url is None or not host.endswith(GOOGLE_DOMAIN):
            return url
        _, _, rest = url.partition("://")
        path = rest[len(parts.netloc) :]
        service = host.removesuffix(GOOGLE_DOMAIN)
        base = self.base_url.rstrip("/")
        return f"{base}/{service}{path}" if self.per_service else f"{base}{path}"


def new_connections() -> httpx.AsyncBaseTransport:
    """Return connections as workflows want them: one a request, and no cookies.

    A kept connection may be closed by its peer at the moment when it is used again,
    which would be an error of the workflow; and many a test server answers the second
    request on a connection 40 ms late (Nagle's algorithm against delayed acknowledgement).
    """
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=0)
    return httpx.AsyncHTTPTransport(trust_env=False, limits=limits)


class Transport:
    """Sends the requests of executions."""

    def __init__(
        self,
        connections: httpx.AsyncBaseTransport,
        google_apis: GoogleApis,
        tokens: TokenIssuer,
        limits: Limits = DEFAULT_LIMITS,
    ) -> None:
        self._connections = connections
        self._google_apis = google_apis
        self._tokens = tokens
        self._limits = limits

    async def send(self, request: HttpRequest, service_account: str) -> HttpResponse:
        """Return the response, whatever its status.  Raises WorkflowError where there is none."""
        prepared = self._prepare(request, service_account)
        try:
            async with asyncio.timeout(request.timeout_s):
                return await self._exchange(prepared)
        except TimeoutError as late:
            raise error("TimeoutError", "request timed out", "OSError") from late
        except httpx.UnsupportedProtocol as unsupported:
            raise error("ValueError", f"invalid URL {request.url}") from unsupported
        except httpx.TransportError as failed:
            raise _no_response(failed) from failed

    def _prepare(self, request: HttpRequest, service_account: str) -> httpx.Request:
        headers = {**_USUAL_HEADERS, **request.headers, **_user_agent(request.headers)}
        if request.auth is not None:
            headers["Authorization"] = self._authorization(request, request.auth, service_account)
        try:
            return httpx.Request(
                request.method,
                self._google_apis.locate(request.url),
                headers=[(k.encode("latin-1"), v.encode("utf-8")) for k, v in headers.items()],
                content=request.body,
            )
        except (httpx.InvalidURL, ValueError) as invalid:
            raise error("ValueError", f"invalid request to {request.url}: {invalid}") from invalid

    def _authorization(self, request: HttpRequest, auth: Auth, email: str) -> str:
        if auth.kind == "OIDC":
            return f"Bearer {self._tokens.id_token(email, auth.audience or request.url)}"
        scope = " ".join(auth.scopes) or CLOUD_PLATFORM
        return f"Bearer {self._tokens.access_token(email, scope)}"

    async def _exchange(self, request: httpx.Request) -> HttpResponse:
        response = await self._connections.handle_async_request(request)
        try:
            body = await self._read(response)
        finally:
            await response.aclose()
        return HttpResponse(response.status_code, canonical(response.headers), body)

    async def _read(self, response: httpx.Response) -> bytes:
        """Return the body, decompressed.

        A response of more than 2 MB ends the execution.
        https://cloud.google.com/workflows/quotas#resource_limits
        """
        body = bytearray()
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > self._limits.max_response_bytes:
                raise resource_limit(
                    f"the HTTP response is larger than {self._limits.max_response_bytes} bytes"
                )
        return bytes(body)


def canonical(headers: httpx.Headers) -> Mapping[str, str]:
    """Return the headers under their canonical names (``Content-Type``), joined where repeated."""
    return {_canonical_name(name): value for name, value in headers.items()}


def _canonical_name(name: str) -> str:
    return "-".join(part.capitalize() for part in name.split("-"))


def _user_agent(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the header for requests that lack it, such as those of hand-written effects."""
    given = any(name.lower() == "user-agent" for name in headers)
    return {} if given else {"User-Agent": USER_AGENT}


def _no_response(failure: httpx.TransportError) -> WorkflowFailed:
    """Return the error of a request without a response.

    A response that breaks off is a ConnectionError, a connection that cannot be made a
    ConnectionFailedError.  A name that cannot be resolved has both tags, for the page on
    errors says the latter and the page on ``http.get`` the former.
    https://cloud.google.com/workflows/docs/reference/syntax/error-types
    https://cloud.google.com/workflows/docs/reference/stdlib/http/get
    """
    causes = tuple(_causes(failure))
    if any(isinstance(cause, socket.gaierror) for cause in causes):
        message = "the host name cannot be resolved"
        return error("ConnectionFailedError", message, "ConnectionError")
    if not isinstance(failure, httpx.ConnectError):
        return error("ConnectionError", str(failure) or type(failure).__name__)
    if any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        return error("ConnectionFailedError", "the connection was refused")
    return error("ConnectionFailedError", str(failure) or "the connection could not be made")


def _causes(failure: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = failure
    while cause is not None:
        yield cause
        cause = cause.__cause__ or cause.__context__
