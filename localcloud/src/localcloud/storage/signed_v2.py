"""Signed URLs, version 2: what the client libraries make when no version is named.

https://cloud.google.com/storage/docs/access-control/signed-urls-v2
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime

from localcloud.storage.signed import Verify, mismatch, refused

_UNSIGNED = ("x-goog-encryption-key", "x-goog-encryption-key-sha256")


def is_signed_v2(query: Mapping[str, str]) -> bool:
    return "Signature" in query and "GoogleAccessId" in query


def check_signature_v2(
    verb: str,
    target: tuple[str, Mapping[str, str]],
    headers: Mapping[str, str],
    now: datetime,
    verify: Verify,
) -> None:
    """Raise StorageError unless the request was signed; ``target`` is the path and the query."""
    path, query = target
    expires = query.get("Expires", "")
    if not (expires.isascii() and expires.isdigit()):
        raise refused(400, "InvalidArgument", "Expires is missing or no number.")
    if now.timestamp() > int(expires):
        raise refused(400, "ExpiredToken", f"The provided token expired at {expires}.")
    extensions = sorted(
        f"{name}:{' '.join(value.split())}"
        for name, value in headers.items()
        if name.startswith("x-goog-") and name not in _UNSIGNED
    )
    standard = (headers.get(name, "") for name in ("content-md5", "content-type"))
    message = "\n".join((verb, *standard, expires, *extensions, path))
    if not verify(message.encode(), _signature(query["Signature"])):
        raise mismatch()


def _signature(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise mismatch() from None
