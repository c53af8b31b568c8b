"""The token endpoint and the certificates, as HTTP routes."""

from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from localcloud.errors import RpcError
from localcloud.identity.tokens import Identity
from localcloud.rest import error_response


def routes(identity: Identity) -> list[Route]:
    """Return ``POST /token`` and ``GET /oauth2/v1/certs``."""

    async def token(request: Request) -> Response:
        form = dict(parse_qsl((await request.body()).decode()))
        try:
            return JSONResponse(identity.exchange(form))
        except RpcError as error:
            return error_response(error)

    async def certificates(_: Request) -> Response:
        return JSONResponse(dict(identity.certificates()))

    return [
        Route("/token", token, methods=["POST"]),
        Route("/oauth2/v1/certs", certificates),
    ]
