"""Do what a browser does: ask whether it may send, and send by a signed URL."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import Any, Final

import google.auth
import requests
from google.auth import impersonated_credentials
from google.auth.credentials import Signing
from google.cloud import storage

from safelight_cli.doctor.finding import CheckError
from safelight_cli.doctor.parts import TIMEOUT_S

_SCOPE: Final = "https://www.googleapis.com/auth/devstorage.read_write"
_VALID_FOR: Final = timedelta(minutes=5)
_ANY: Final = "*"


@dataclass(frozen=True, slots=True)
class Upload:
    """A picture, and the object that it is to become."""

    bucket: str
    name: str
    content: bytes

    @property
    def headers(self) -> Mapping[str, str]:
        """What is signed, and must be sent exactly: type, largest size, create only."""
        return {
            "Content-Type": "image/jpeg",
            "x-goog-content-length-range": f"0,{len(self.content)}",
            "x-goog-if-generation-match": "0",
        }


def signed_url(client: storage.Client, upload: Upload, signer: str) -> str:
    """Return a URL that lets whoever has it put this object, for some minutes.

    Credentials that can sign do so; others sign in the name of ``signer``.
    """
    blob = client.bucket(upload.bucket).blob(upload.name)
    url: str = blob.generate_signed_url(
        version="v4",
        method="PUT",
        expiration=_VALID_FOR,
        content_type=upload.headers["Content-Type"],
        headers={k: v for k, v in upload.headers.items() if k.startswith("x-")},
        credentials=_signing_credentials(signer),
    )
    return url


def put(url: str, upload: Upload) -> int:
    """Send the picture; returns its generation.  Raises CheckError where it is refused."""
    answer = requests.put(url, upload.content, headers=dict(upload.headers), timeout=TIMEOUT_S)
    if answer.status_code != HTTPStatus.OK:
        raise CheckError(f"the signed URL was answered {answer.status_code}: {_line(answer)}")
    return int(answer.headers["x-goog-generation"])


def ask_first(client: storage.Client, upload: Upload) -> str:
    """Ask as a browser does for a page of another site; returns the origin that may send."""
    origin = _origin(client.get_bucket(upload.bucket, timeout=TIMEOUT_S).cors)
    asked = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": ",".join(upload.headers).lower(),
    }
    url = client.bucket(upload.bucket).blob(upload.name).public_url
    answer = requests.options(url, headers=asked, timeout=TIMEOUT_S)
    if answer.headers.get("access-control-allow-origin") not in (_ANY, origin):
        raise CheckError(f"pages of {origin} are not allowed to send")
    allowed = answer.headers.get("access-control-allow-headers", "").lower()
    if missing := [name for name in upload.headers if name.lower() not in allowed]:
        raise CheckError(f"pages are not allowed to send {', '.join(missing)}")
    return origin


def _origin(rules: Any) -> str:
    origins = [origin for rule in rules for origin in rule.get("origin", [])]
    if not origins:
        raise CheckError("the uploads bucket has no CORS rules")
    return "https://example.com" if origins[0] == _ANY else str(origins[0])


def _signing_credentials(signer: str) -> Any:
    credentials, _ = google.auth.default(scopes=[_SCOPE])
    if isinstance(credentials, Signing):
        return credentials
    return impersonated_credentials.Credentials(
        source_credentials=credentials, target_principal=signer, target_scopes=[_SCOPE]
    )


def _line(answer: requests.Response) -> str:
    return " ".join(answer.text.split())[:200]
