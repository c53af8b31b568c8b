"""The door of a service: checks the caller, waits for the process, passes the request on.

https://cloud.google.com/run/docs/container-contract
https://cloud.google.com/run/docs/configuring/request-timeout
"""

import asyncio
import contextlib
import logging
import time
from typing import Protocol

import h11
from starlette.types import Message, Receive, Scope, Send

from localcloud.run.access import Refusal, VerifyIdToken, refusal
from localcloud.run.forwarded import request_headers
from localcloud.run.request_log import RequestLog, ServedRequest
from localcloud.run.service import ServiceSpec
from localcloud.run.upstream import (
    CHUNK_BYTES,
    MAX_BODY_BYTES,
    ClientGone,
    Exchange,
    ProcessGone,
    TooLarge,
)

log = logging.getLogger(__name__)

# How long a request waits for a process that is not up, as for an instance that starts.
COLD_START_LIMIT_S = 60.0
CONNECT_AGAIN_S = 0.02
CLOSE_GRACE_S = 1.0
# What a log shows for a request whose caller went away.
CLIENT_CLOSED = 499


class Backend(Protocol):
    """The process behind the door."""

    async def port(self) -> int:
        """Return where it listens, once it does."""

    def doubt(self) -> None:
        """Learn that a connection broke before its answer was complete."""


class Ingress:
    """An ASGI application in front of one service."""

    def __init__(
        self,
        spec: ServiceSpec,
        process: Backend,
        verify_id_token: VerifyIdToken,
        requests: RequestLog,
        cold_start_limit_s: float = COLD_START_LIMIT_S,
    ) -> None:
        self.spec = spec
        self._process = process
        self._verify = verify_id_token
        self._requests = requests
        self._cold_start_limit_s = cold_start_limit_s
        self._slots = asyncio.Semaphore(spec.concurrency)
        self._time_limits: set[asyncio.Timeout] = set()

    def close(self, grace_s: float = CLOSE_GRACE_S) -> None:
        """Cut off what is not answered after a grace, so that an open stream holds nothing up."""
        end = asyncio.get_running_loop().time() + grace_s
        for limit in self._time_limits:
            if not limit.expired():
                limit.reschedule(min(end, limit.when() or end))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        at, began = time.time(), time.perf_counter()
        answer = _Answer(send)
        try:
            await self._serve(scope, receive, answer)
        finally:
            duration_ms = (time.perf_counter() - began) * 1000
            path = scope["raw_path"].decode("latin-1")
            self._requests.add(
                ServedRequest(at, self.spec.name, scope["method"], path, answer.status, duration_ms)
            )

    async def _serve(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        refused = refusal(self.spec, dict(scope["headers"]), scope["path"], self._verify)
        try:
            if refused is None:
                await self._pass_on_in_time(scope, receive, answer)
        except ClientGone:
            answer.status = CLIENT_CLOSED
        except ProcessGone as gone:
            self._process.doubt()
            refused = _plain(503, "Service Unavailable", str(gone) or "the process ended")
        except h11.RemoteProtocolError as error:
            self._process.doubt()
            refused = _plain(503, "Service Unavailable", f"the process's answer is broken: {error}")
        except h11.LocalProtocolError as error:
            refused = _plain(400, "Bad Request", str(error))
        except TooLarge as error:
            refused = _plain(error.status, str(error), f"over {MAX_BODY_BYTES >> 20} MiB")
        except TimeoutError:
            refused = _plain(504, "upstream request timeout", f"over {self.spec.timeout_s:g} s")
        if refused is not None:
            log.warning(
                "%s %s to %s: %d, %s",
                *(scope["method"], scope["path"], self.spec.name, refused.status, refused.why),
            )
            await answer.refuse(refused)

    async def _pass_on_in_time(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        async with asyncio.timeout(self.spec.timeout_s) as limit:
            self._time_limits.add(limit)
            try:
                await self._pass_on(scope, receive, answer)
            finally:
                self._time_limits.discard(limit)

    async def _pass_on(self, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        target = scope["raw_path"]
        if scope["query_string"]:
            target += b"?" + scope["query_string"]
        headers = request_headers(scope, public=self.spec.public)
        request = h11.Request(method=scope["method"], target=target, headers=headers)
        async with self._slots:
            reader, writer = await self._connected()
            await Exchange(request, receive, answer).run(reader, writer)

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        """Return a connection to the process as soon as it listens."""
        try:
            async with asyncio.timeout(self._cold_start_limit_s):
                return await self._connect()
        except TimeoutError as error:
            raise ProcessGone(f"not up within {self._cold_start_limit_s:g} s") from error

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        while True:
            port = await self._process.port()
            # Refused by a process that has just ended, which its supervisor learns a moment later.
            with contextlib.suppress(OSError):
                return await asyncio.open_connection("127.0.0.1", port, limit=CHUNK_BYTES)
            await asyncio.sleep(CONNECT_AGAIN_S)


class _Answer:
    """What goes to the caller; knows whether it has begun, so that it is begun only once."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.status = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        await self._send(message)

    async def refuse(self, refused: Refusal) -> None:
        """Answer with an error; an answer that has begun is cut off instead, by the server."""
        if self.status:
            return
        body = refused.body.encode()
        kind = "text/html; charset=UTF-8" if refused.body.startswith("<") else "text/plain"
        headers = {"content-type": kind, "content-length": str(len(body)), **refused.headers}
        encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
        await self({"type": "http.response.start", "status": refused.status, "headers": encoded})
        await self({"type": "http.response.body", "body": body})


def _plain(status: int, body: str, why: str) -> Refusal:
    return Refusal(status, body, why)
