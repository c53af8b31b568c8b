"""The service that the tests run: what it does is told by the path."""

import asyncio
import json
import os
from collections.abc import AsyncIterator
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send


async def echo(request: Request) -> Response:
    body = await request.body()
    return JSONResponse(
        {
            "method": request.method,
            "path": request.scope["raw_path"].decode(),
            "query": request.scope["query_string"].decode(),
            "headers": dict(request.headers),
            "body": body.decode(),
        },
        headers={"x-custom": "kept"},
    )


async def environment(_request: Request) -> Response:
    return JSONResponse({**os.environ, "pid": str(os.getpid())})


async def events(_request: Request) -> Response:
    """The second event comes only after a pause that no test waits for."""

    async def flow() -> AsyncIterator[bytes]:
        yield b"data: first\n\n"
        await asyncio.sleep(60)
        yield b"data: second\n\n"

    return StreamingResponse(flow(), media_type="text/event-stream")


class AnswerPieces:
    """Answers each piece of the request's body before the next one is read.

    Plain ASGI: a StreamingResponse would read the body too, to see the caller go away.
    """

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        more = True
        while more:
            piece = await receive()
            more = piece["more_body"]
            body = b"got %d;" % len(piece["body"])
            await send({"type": "http.response.body", "body": body, "more_body": more})


async def count(request: Request) -> Response:
    size = 0
    async for piece in request.stream():
        size += len(piece)
    return JSONResponse({"bytes": size})


async def much(request: Request) -> Response:
    async def flow() -> AsyncIterator[bytes]:
        for _ in range(int(request.query_params["mib"])):
            yield b"x" * 1024 * 1024

    return StreamingResponse(flow())


async def whole(request: Request) -> Response:
    return Response(b"x" * 1024 * 1024 * int(request.query_params["mib"]))


async def slow(request: Request) -> Response:
    await asyncio.sleep(float(request.query_params["s"]))
    return Response("done")


async def die(_request: Request) -> Response:
    os._exit(3)


async def die_amid(_request: Request) -> Response:
    async def flow() -> AsyncIterator[bytes]:
        yield b"begun"
        await asyncio.sleep(0.05)
        os._exit(3)

    return StreamingResponse(flow())


async def early(_request: Request) -> Response:
    return Response("too large", status_code=413, headers={"connection": "close"})


async def empty(_request: Request) -> Response:
    return Response(status_code=204)


async def fork(_request: Request) -> Response:
    child = await asyncio.create_subprocess_exec("sleep", "600")
    return JSONResponse({"pid": child.pid})


PATHS: dict[str, Any] = {
    "/env": environment,
    "/events": events,
    "/pieces": AnswerPieces(),
    "/count": count,
    "/much": much,
    "/whole": whole,
    "/slow": slow,
    "/die": die,
    "/die-amid": die_amid,
    "/early": early,
    "/empty": empty,
    "/fork": fork,
}
METHODS = ["GET", "POST", "PUT", "DELETE", "OPTIONS"]

if __name__ == "__main__":
    print(json.dumps({"starting": os.environ["PORT"]}))  # noqa: T201 -- its log
    routes = [Route(path, endpoint, methods=METHODS) for path, endpoint in PATHS.items()]
    routes.append(Route("/{rest:path}", echo, methods=METHODS))
    uvicorn.run(Starlette(routes=routes), port=int(os.environ["PORT"]), log_level="warning")
