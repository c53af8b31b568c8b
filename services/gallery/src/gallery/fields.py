"""Read the few, short fields of a plain form."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qs

from starlette.requests import Request

from gallery.problem import Problem

_MAX_BYTES: Final = 64 * 1024
_MAX_FIELDS: Final = 20
_FORM: Final = "application/x-www-form-urlencoded"


async def read_fields(request: Request) -> Mapping[str, str]:
    """Return the fields.  Raises Problem for another body, and for one that is too long."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != _FORM:
        raise Problem(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "no_form", f"Send the fields as {_FORM}.")
    body = b""
    async for data in request.stream():
        body += data
        if len(body) > _MAX_BYTES:
            status = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
            raise Problem(status, "form_too_large", f"The form has more than {_MAX_BYTES} bytes.")
    try:
        found = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS)
    except ValueError as error:
        raise Problem(HTTPStatus.BAD_REQUEST, "no_form", "The form is malformed.") from error
    return {name: values[0] for name, values in found.items()}
