"""Issue and check tokens as Google's token endpoint does.

https://cloud.google.com/docs/authentication/token-types
https://developers.google.com/identity/protocols/oauth2/service-account#httprest
"""

import base64
import secrets
from collections.abc import Mapping
from typing import Any

from google.auth import crypt, jwt

from localcloud.clock import Clock
from localcloud.errors import invalid_argument
from localcloud.identity.keys import KEY_ID, Keys

ISSUER = "https://accounts.google.com"
LIFETIME_S = 3600


class Identity:
    """Issues ID tokens (signed JWTs) and access tokens (opaque), and checks the former."""

    def __init__(self, keys: Keys, clock: Clock) -> None:
        self._clock = clock
        self._signer = crypt.RSASigner.from_string(keys.private_pem, KEY_ID)
        self._verifier = crypt.RSAVerifier.from_string(keys.certificate_pem)
        self._certificates = {KEY_ID: keys.certificate_pem}

    def id_token(self, email: str, audience: str) -> str:
        """Return an OIDC token of the account for the audience."""
        now = int(self._clock.time())
        claims = {
            "iss": ISSUER,
            "aud": audience,
            "azp": email,
            "sub": email,
            "email": email,
            "email_verified": True,
            "iat": now,
            "exp": now + LIFETIME_S,
        }
        return bytes(jwt.encode(self._signer, claims)).decode()

    def access_token(self, email: str, scope: str) -> str:  # noqa: ARG002 -- scopes are not modelled
        """Return an OAuth2 access token of the account."""
        return f"ya29.local.{email}.{secrets.token_urlsafe(8)}"

    def verify_id_token(self, token: str) -> Mapping[str, Any]:
        """Return the claims of a token of ours that is still valid.  Raises ValueError."""
        signed, _, signature = token.rpartition(".")
        claims: dict[str, Any] = jwt.decode(token, verify=False)
        if not self._verifier.verify(signed, base64.urlsafe_b64decode(f"{signature}==")):
            raise ValueError("the token is not signed by this local cloud")
        # Not by jwt.decode, which asks the machine's clock instead of ours.
        if claims.get("iss") != ISSUER or float(claims["exp"]) < self._clock.time():
            raise ValueError("the token has expired or is of another issuer")
        return claims

    def certificates(self) -> Mapping[str, str]:
        """Return key id to certificate, as https://www.googleapis.com/oauth2/v1/certs does."""
        return self._certificates

    def exchange(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        """Answer the token endpoint: a signed assertion becomes a token."""
        try:
            claims = jwt.decode(form["assertion"], certs=self._certificates)
        except (KeyError, ValueError) as error:
            raise invalid_argument(
                "invalid_grant: the assertion is not signed by our key"
            ) from error
        if "target_audience" in claims:
            return {"id_token": self.id_token(claims["iss"], claims["target_audience"])}
        return {
            "access_token": self.access_token(claims["iss"], str(claims.get("scope", ""))),
            "expires_in": LIFETIME_S,
            "token_type": "Bearer",
        }
