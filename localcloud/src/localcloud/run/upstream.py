"""One request to the service's process: both bodies flow as they come, none is kept.

A connection is used once: on loopback a new one costs a tenth of a millisecond, and
none that the process has just closed can be picked by mistake.
"""

import asyncio
import contextlib

import h11
from starlette.types import Message, Receive, Send

from localcloud.run.forwarded import Headers, response_headers

CHUNK_BYTES = 64 * 1024
MAX_HEADER_BYTES = 64 * 1024
# Of a request, and of an answer that tells its length: one that is streamed has no limit.
# https://cloud.google.com/run/quotas#request_limits
MAX_BODY_BYTES = 32 * 1024 * 1024


class ProcessGone(Exception):  # noqa: N818 -- a state, not a fault of ours
    """The process closed the connection before its answer was complete."""


class ClientGone(Exception):  # noqa: N818 -- as above
    """The caller went away; nobody is there to be answered."""


class TooLarge(Exception):  # noqa: N818 -- as above
    """A body over the limit; ``status`` is what the caller is told."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Exchange:
    """A request to the process, and its answer."""

    def __init__(self, request: h11.Request, receive: Receive, send: Send) -> None:
        self._request = request
        self._receive = receive
        self._send = send
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=MAX_HEADER_BYTES)

    async def run(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Make the exchange on a new connection.

        Raises ProcessGone, ClientGone or TooLarge.
        """
        try:
            writer.write(self._sent(self._request))
            await self._both_ways(reader, writer)
        except ConnectionError as error:
            raise ProcessGone from error
        finally:
            writer.transport.abort()

    async def _both_ways(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Return when the answer is complete, whether or not the request was read to its end."""
        upward = asyncio.ensure_future(self._pass_on(writer))
        downward = asyncio.ensure_future(self._pass_back(reader))
        try:
            await asyncio.wait({upward, downward}, return_when=asyncio.FIRST_COMPLETED)
            if not downward.done():
                upward.result()  # raises ClientGone or TooLarge
            await downward
        finally:
            upward.cancel()
            downward.cancel()
            await asyncio.gather(upward, downward, return_exceptions=True)

    async def _pass_on(self, writer: asyncio.StreamWriter) -> None:
        """Send the request's body, then watch for the caller to go away."""
        more, size = True, 0
        # A process may answer and close before it has read all; what it said still counts.
        with contextlib.suppress(ConnectionError):
            while more:
                message = await self._message()
                more = message.get("more_body", False)
                if body := message.get("body", b""):
                    size += len(body)
                    if size > MAX_BODY_BYTES:
                        raise TooLarge(413, "Request Entity Too Large")
                    writer.write(self._sent(h11.Data(data=body)))
                if not more:
                    writer.write(self._sent(h11.EndOfMessage()))
                await writer.drain()
        while True:
            await self._message()

    async def _message(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.disconnect":
            raise ClientGone
        return message

    async def _pass_back(self, reader: asyncio.StreamReader) -> None:
        """Send the answer on, piece by piece."""
        while True:
            event = self._http.next_event()
            if event is h11.NEED_DATA:
                self._http.receive_data(await self._read(reader))
            elif isinstance(event, h11.Response):
                await self._begin(event)
            elif isinstance(event, h11.Data):
                await self._send(
                    {"type": "http.response.body", "body": bytes(event.data), "more_body": True}
                )
            elif isinstance(event, h11.EndOfMessage):
                await self._send({"type": "http.response.body", "body": b""})
                return

    async def _begin(self, response: h11.Response) -> None:
        length = dict(response.headers).get(b"content-length", b"0")
        if int(length) > MAX_BODY_BYTES and self._request.method != b"HEAD":
            raise TooLarge(500, "Response size was too large. Please consider reducing it.")
        headers: Headers = response_headers(response.headers.raw_items())
        status = response.status_code
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def _read(self, reader: asyncio.StreamReader) -> bytes:
        data = await reader.read(CHUNK_BYTES)
        if not data and self._http.their_state is h11.SEND_RESPONSE:
            raise ProcessGone("the process closed the connection without an answer")
        return data

    def _sent(self, event: h11.Event) -> bytes:
        return self._http.send(event) or b""
