"""Signed URLs, version 4: whether a request is the one that was signed, and in time.

https://cloud.google.com/storage/docs/authentication/signatures
https://cloud.google.com/storage/docs/authentication/canonical-requests
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, quote

from localcloud.storage.errors import StorageError

Verify = Callable[[bytes, bytes], bool]
"""Says whether of the message (first) the signature (second) is good: RSA-SHA256, PKCS #1 v1.5."""

ALGORITHM = "GOOG4-RSA-SHA256"
MAX_EXPIRES_S = 7 * 24 * 3600
MAX_SKEW_S = 15 * 60
_REQUIRED = (
    "X-Goog-Algorithm",
    "X-Goog-Credential",
    "X-Goog-Date",
    "X-Goog-Expires",
    "X-Goog-SignedHeaders",
)


def is_signed(query: Mapping[str, str]) -> bool:
    return "X-Goog-Signature" in query


def check_signature(
    verb: str,
    target: tuple[str, str],
    headers: Mapping[str, str],
    now: datetime,
    verify: Verify,
) -> None:
    """Raise StorageError unless the request was signed.

    ``target`` is the path and the query as they were sent; the names of ``headers``
    are in lower case.
    """
    path, query_string = target
    pairs = parse_qsl(query_string, keep_blank_values=True)
    query = dict(pairs)
    scope = _checked_scope(query)
    _check_time(query, now)
    names = query["X-Goog-SignedHeaders"].split(";")
    _check_headers(names, headers)
    canonical = "\n".join(
        (
            verb,
            path,
            canonical_query(pairs),
            *(f"{name}:{_folded(headers[name])}" for name in names),
            "",
            query["X-Goog-SignedHeaders"],
            headers.get("x-goog-content-sha256", "UNSIGNED-PAYLOAD"),
        )
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    message = "\n".join((ALGORITHM, query["X-Goog-Date"], scope, digest))
    if not verify(message.encode(), _signature(query)):
        raise mismatch()


def canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    """Return the query in the order and encoding that are signed."""
    encoded = (
        (quote(name, safe="-_.~"), quote(value, safe="-_.~"))
        for name, value in pairs
        if name != "X-Goog-Signature"
    )
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def _checked_scope(query: Mapping[str, str]) -> str:
    for name in _REQUIRED:
        if name not in query:
            raise refused(400, "AuthenticationRequired", f"Missing query parameter: {name}")
    if query["X-Goog-Algorithm"] != ALGORITHM:
        raise refused(400, "InvalidArgument", "The only algorithm here is GOOG4-RSA-SHA256.")
    email, *scope = query["X-Goog-Credential"].split("/")
    date = query["X-Goog-Date"][:8]
    if not email or scope[:1] != [date] or scope[2:] != ["storage", "goog4_request"]:
        raise refused(400, "InvalidArgument", "The credential scope is malformed.")
    return "/".join(scope)


def _check_time(query: Mapping[str, str], now: datetime) -> None:
    try:
        signed = datetime.strptime(query["X-Goog-Date"], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        lifetime = timedelta(seconds=int(query["X-Goog-Expires"]))
    except (ValueError, OverflowError):
        raise refused(400, "InvalidArgument", "The date or lifetime is malformed.") from None
    if not 0 < lifetime.total_seconds() <= MAX_EXPIRES_S:
        raise refused(400, "InvalidArgument", f"X-Goog-Expires is above {MAX_EXPIRES_S}.")
    if now > signed + lifetime:
        expired = (signed + lifetime).isoformat()
        raise refused(400, "ExpiredToken", f"Request signature expired at: {expired}")
    if signed > now + timedelta(seconds=MAX_SKEW_S):
        raise refused(403, "RequestTimeTooSkewed", "The signature is from the future.")


def _check_headers(names: list[str], headers: Mapping[str, str]) -> None:
    if "host" not in names:
        raise refused(400, "InvalidArgument", "The host header must be signed.")
    for name in names:
        if name not in headers:
            message = "Header was included in signedheaders, but not in the request."
            raise refused(400, "MalformedSecurityHeader", f"{message} ({name})")
    for name in headers:
        if name.startswith("x-goog-") and name not in names:
            message = "Header was included in the request, but not in signedheaders."
            raise refused(400, "MalformedSecurityHeader", f"{message} ({name})")


def _signature(query: Mapping[str, str]) -> bytes:
    try:
        return bytes.fromhex(query["X-Goog-Signature"])
    except ValueError:
        raise mismatch() from None


def _folded(value: str) -> str:
    return re.sub(r"\s+", " ", value.strip())


def mismatch() -> StorageError:
    return refused(
        403,
        "SignatureDoesNotMatch",
        "The request signature we calculated does not match the signature you provided. "
        "Check your Google secret key and signing method.",
    )


def refused(status: int, code: str, message: str) -> StorageError:
    return StorageError(status, "forbidden", message, xml_code=code)
