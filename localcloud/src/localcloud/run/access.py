"""Who may call a service that is not public.

https://cloud.google.com/run/docs/authenticating/service-to-service
"""

import html
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from localcloud.run.service import ServiceSpec

VerifyIdToken = Callable[[str], Mapping[str, Any]]
"""Returns the claims of a valid token; raises ValueError for any other."""

# The header that counts where both are there.
# https://cloud.google.com/run/docs/authenticating/service-to-service#acquire-token
TOKEN_HEADERS = (b"x-serverless-authorization", b"authorization")
# https://cloud.google.com/run/docs/troubleshooting#signature-removed
REMOVED_SIGNATURE = b"SIGNATURE_REMOVED_BY_GOOGLE"

_PAGE = """<html><head>
<meta http-equiv="content-type" content="text/html;charset=utf-8">
<title>{status} {reason}</title>
</head>
<body text=#000000 bgcolor=#ffffff>
<h1>Error: {reason}</h1>
<h2>{text}</h2>
<h2></h2>
</body></html>
"""


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that the ingress gives itself; ``why`` is for the log."""

    status: int
    body: str
    why: str
    headers: Mapping[str, str] = field(default_factory=dict)


def refusal(
    spec: ServiceSpec, headers: Mapping[bytes, bytes], path: str, verify: VerifyIdToken
) -> Refusal | None:
    """Return why the caller may not call the service, or None where it may."""
    if spec.public:
        return None
    token = _token(headers)
    if token is None:
        return _forbidden(path, "the request has no ID token")
    try:
        claims = verify(token)
    except ValueError as error:
        return _unauthorized(path, f"the ID token is not valid: {error}")
    if not _is_for(spec, str(claims.get("aud", ""))):
        return _unauthorized(path, f"the ID token is for {claims.get('aud')}, not {spec.url}")
    if spec.invokers is not None and claims.get("email") not in spec.invokers:
        return _forbidden(path, f"{claims.get('email')} is not an invoker")
    return None


def without_signature(name: bytes, value: bytes) -> bytes:
    """Return a header's value as the service gets it: tokens cannot be used again elsewhere."""
    if name not in TOKEN_HEADERS or value.count(b".") != 2:  # noqa: PLR2004 -- a JWT's two dots
        return value
    return value.rpartition(b".")[0] + b"." + REMOVED_SIGNATURE


def _token(headers: Mapping[bytes, bytes]) -> str | None:
    for name in TOKEN_HEADERS:
        scheme, _, token = headers.get(name, b"").decode("latin-1").partition(" ")
        if token:
            return token.strip() if scheme.lower() == "bearer" else None
    return None


def _is_for(spec: ServiceSpec, audience: str) -> bool:
    """Say whether a token is meant for the service: its URL, or any path under it."""
    urls = (spec.url, spec.url.replace("127.0.0.1", "localhost"))
    own = any(audience == url or audience.startswith(f"{url}/") for url in urls)
    return own or audience in spec.audiences


def _forbidden(path: str, why: str) -> Refusal:
    text = (
        "Your client does not have permission to get URL "
        f"<code>{html.escape(path)}</code> from this server."
    )
    return Refusal(403, _PAGE.format(status=403, reason="Forbidden", text=text), why)


def _unauthorized(path: str, why: str) -> Refusal:
    text = (
        "Your client does not have permission to the requested URL "
        f"<code>{html.escape(path)}</code>."
    )
    challenge = (
        'Bearer error="invalid_token" error_description="The access token could not be verified"'
    )
    page = _PAGE.format(status=401, reason="Unauthorized", text=text)
    return Refusal(401, page, why, {"www-authenticate": challenge})
