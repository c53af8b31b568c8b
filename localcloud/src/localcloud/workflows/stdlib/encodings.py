"""Base64, the namespace ``base64``.

https://cloud.google.com/workflows/docs/reference/stdlib/base64
"""

from __future__ import annotations

import base64
import binascii

from localcloud.workflows.failures import value_error
from localcloud.workflows.stdlib.function import BOOLEAN, BYTES, STRING, Function, Param


def encode(data: bytes, padding: bool) -> str:  # noqa: FBT001 - positional in the language
    """Return bytes as Base64 text."""
    text = base64.b64encode(data).decode()
    return text if padding is not False else text.rstrip("=")


def decode(data: str, padding: bool) -> bytes:  # noqa: FBT001 - positional in the language
    """Return the bytes that Base64 text stands for; line ends in it do not count."""
    data = data.replace("\r", "").replace("\n", "")
    if padding is False:
        if "=" in data:
            raise value_error("illegal base64 data: unexpected padding")
        data += "=" * (-len(data) % 4)
    try:
        return base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as fault:
        raise value_error(f"illegal base64 data: {fault}") from fault


FUNCTIONS = (
    Function(
        "base64.encode", (Param("data", BYTES), Param("padding", BOOLEAN, default=True)), encode
    ),
    Function(
        "base64.decode", (Param("data", STRING), Param("padding", BOOLEAN, default=True)), decode
    ),
)
