"""Response headers from what clients once set: no value may break out of its header."""

import re
from collections.abc import Mapping

from starlette.responses import Response

# https://www.rfc-editor.org/rfc/rfc9110#name-tokens
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")

_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


def encoded_headers(headers: Mapping[str, str]) -> list[tuple[bytes, bytes]]:
    """Return the headers for the wire, without those whose name cannot be a header's."""
    return [
        (name.lower().encode(), _CONTROLS.sub(" ", value).strip().encode())
        for name, value in headers.items()
        if _TOKEN.fullmatch(name)
    ]


def with_headers(response: Response, headers: Mapping[str, str]) -> Response:
    """Return the response with more headers."""
    response.raw_headers += encoded_headers(headers)
    return response
