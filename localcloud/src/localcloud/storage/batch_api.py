"""Many calls in one request.

https://cloud.google.com/storage/docs/batch
"""

from email.message import Message
from email.parser import BytesParser, Parser
from http import HTTPStatus
from uuid import uuid4

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Message as Event
from starlette.types import Scope

from localcloud.storage.call import Call, Route
from localcloud.storage.errors import invalid

MAX_CALLS = 100
MAX_BATCH_BYTES = 10 * 1024 * 1024


async def batch(call: Call) -> Response:
    """Return the answers in the order of the calls; each call stands alone."""
    parts = _parts(call.header("content-type") or "", await call.body(MAX_BATCH_BYTES))
    boundary = f"batch_{uuid4().hex}"
    body = b""
    for part in parts:
        body += f"--{boundary}\r\n".encode() + await _answer(call, part) + b"\r\n"
    return Response(
        body + f"--{boundary}--\r\n".encode(),
        headers={"content-type": f"multipart/mixed; boundary={boundary}"},
    )


def _parts(content_type: str, body: bytes) -> list[Message]:
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    whole = BytesParser().parsebytes(head + body)
    if not whole.is_multipart():
        raise invalid("Failed to parse batch request: it is not multipart/mixed.")
    parts = [part for part in whole.get_payload() if isinstance(part, Message)]
    if len(parts) > MAX_CALLS:
        raise invalid(f"The batch request could not be processed: more than {MAX_CALLS} calls.")
    return parts


async def _answer(call: Call, part: Message) -> bytes:
    """Return one part of the answer: a whole HTTP response."""
    payload = part.get_payload(decode=True)
    scope, body = _inner_request(call.request, payload if isinstance(payload, bytes) else b"")
    status, headers, answer = await _perform(call, scope, body)
    head = [
        b"Content-Type: application/http",
        f"Content-ID: <response-{(part['Content-ID'] or '').strip('<>')}>".encode(),
        b"",
        f"HTTP/1.1 {status} {HTTPStatus(status).phrase}".encode(),
        *(name + b": " + value for name, value in headers),
        b"",
        answer,
    ]
    return b"\r\n".join(head)


def _inner_request(outer: Request, payload: bytes) -> tuple[Scope, bytes]:
    line, _, rest = payload.lstrip(b"\r\n").replace(b"\r\n", b"\n").partition(b"\n")
    words = line.decode("ascii", "replace").split()
    if len(words) < 2:  # noqa: PLR2004 -- a verb and a target
        raise invalid("Failed to parse batch request: a part holds no HTTP request.")
    target = words[1].partition("://")[2].partition("/")[2] if "://" in words[1] else words[1]
    path, _, query = target.partition("?")
    raw_path = "/" + path.lstrip("/")
    head, _, body = rest.partition(b"\n\n")
    inner = Parser().parsestr(head.decode("latin-1"), headersonly=True)
    headers = [(k.lower().encode(), v.encode("latin-1")) for k, v in inner.items()]
    headers.append((b"host", outer.headers.get("host", "localhost").encode()))
    return {
        **outer.scope,
        "method": words[0],
        "path": raw_path,
        "raw_path": raw_path.encode(),
        "query_string": query.encode(),
        "headers": headers,
    }, body


async def _perform(
    call: Call, scope: Scope, body: bytes
) -> tuple[int, list[tuple[bytes, bytes]], bytes]:
    events: list[Event] = []

    async def receive() -> Event:
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(event: Event) -> None:
        events.append(dict(event))

    await call.application(scope, receive, send)
    answer = b"".join(event.get("body", b"") for event in events)
    return events[0]["status"], list(events[0]["headers"]), answer


ROUTES = (Route("POST", "/batch/storage/v1", "storage.batch", batch),)
