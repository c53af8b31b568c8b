"""Who reviews: the name that was typed, or the one that Identity-Aware Proxy vouches for.

https://cloud.google.com/iap/docs/signed-headers-howto
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

from google.auth.exceptions import GoogleAuthError, TransportError
from google.oauth2.id_token import verify_token

from gallery.problem import Problem
from safelight.errors import GoogleUnavailableError

_HEADER: Final = "x-goog-iap-jwt-assertion"
_KEYS: Final = "https://www.gstatic.com/iap/verify/public_key"
_ISSUER: Final = "https://cloud.google.com/iap"

Headers = Mapping[str, str]
Identify = Callable[[Headers], str | None]
"""Returns the reviewer, None where only they themselves can say.  Raises Problem."""


def unnamed(_: Headers) -> None:
    """Tell that nobody vouches for reviewers: they type their names."""


class Proxied:
    """Lets in whom the proxy let in, and nobody who came around it."""

    def __init__(self, audience: str, transport: Any) -> None:
        self._audience = audience
        self._transport = transport

    def __call__(self, headers: Headers) -> str | None:
        try:
            claims = self._claims(headers.get(_HEADER, ""))
        except TransportError as error:
            raise GoogleUnavailableError from error
        except (GoogleAuthError, ValueError) as error:
            raise _stranger() from error
        if claims.get("iss") != _ISSUER or not claims.get("email"):
            raise _stranger()
        return str(claims["email"])

    def _claims(self, assertion: str) -> Mapping[str, Any]:
        claims: Mapping[str, Any] = verify_token(
            assertion, self._transport, self._audience, certs_url=_KEYS
        )
        return claims


def _stranger() -> Problem:
    detail = "Reviews are open to those whom Identity-Aware Proxy lets in."
    return Problem(HTTPStatus.FORBIDDEN, "not_a_reviewer", detail)
