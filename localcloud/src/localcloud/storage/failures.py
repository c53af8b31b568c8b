"""Failures as responses: JSON, plain text for media, XML.

https://cloud.google.com/storage/docs/json_api/v1/status-codes
https://cloud.google.com/storage/docs/xml-api/reference-status
"""

import logging
from collections.abc import Awaitable, Callable
from xml.sax.saxutils import escape

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from localcloud.errors import RpcError
from localcloud.storage.errors import StorageError, invalid
from localcloud.storage.resources import Json

log = logging.getLogger(__name__)

# The words for failures that only a fault plan brings about.
_REASONS = {
    400: "invalid",
    401: "authError",
    403: "forbidden",
    404: "notFound",
    409: "conflict",
    429: "rateLimitExceeded",
    500: "internalError",
    501: "notImplemented",
    503: "backendError",
    504: "gatewayTimeout",
}
_XML_CODES = {404: "NoSuchKey", 403: "AccessDenied", 429: "SlowDown", 503: "ServiceUnavailable"}


async def answered(
    request: Request,
    response: Awaitable[Response],
    refusal: Callable[[RpcError], Response],
) -> Response:
    """Return the response, or the refusal where there is none.  Never fails with 5xx itself."""
    try:
        return await response
    except RpcError as error:
        failure = error
    except ClientDisconnect:
        raise
    except UnicodeError:
        failure = invalid("A text in the request is not valid UTF-8.")
    except Exception:
        # Clients retry a 5xx for minutes; a defect of ours must show at once.
        log.exception("%s %s has a defect", request.method, request.url)
        failure = invalid("localcloud has a defect here; see its log")
    refused = refusal(failure)
    if isinstance(failure, StorageError):
        refused.headers.update(failure.headers)
    return refused


def json_refusal(error: RpcError) -> Response:
    """Return the JSON API's error body."""
    if error.http_status == 304:  # noqa: PLR2004 -- Not Modified
        return Response(status_code=304)
    item: Json = {"message": error.message, "domain": "global", "reason": _reason(error)}
    if isinstance(error, StorageError) and error.location:
        item["locationType"], item["location"] = error.location
    body = {"code": error.http_status, "message": error.message, "errors": [item]}
    return JSONResponse({"error": body}, error.http_status)


def media_refusal(error: RpcError) -> Response:
    """Return what a download gets: the sentence alone."""
    if error.http_status == 304:  # noqa: PLR2004 -- Not Modified
        return Response(status_code=304)
    return Response(error.message, error.http_status, media_type="text/html; charset=UTF-8")


def xml_refusal(error: RpcError) -> Response:
    """Return the XML API's error body."""
    if error.http_status == 304:  # noqa: PLR2004 -- Not Modified
        return Response(status_code=304)
    if isinstance(error, StorageError):
        code = error.xml_code
    else:
        code = _XML_CODES.get(error.http_status, "InternalError")
    text = (
        "<?xml version='1.0' encoding='UTF-8'?>"
        f"<Error><Code>{code}</Code><Message>{escape(error.message)}</Message></Error>"
    )
    return Response(text, error.http_status, media_type="application/xml; charset=UTF-8")


def _reason(error: RpcError) -> str:
    if isinstance(error, StorageError):
        return error.reason
    return _REASONS.get(error.http_status, "backendError")
