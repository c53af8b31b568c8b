"""The key that signs everything local, kept in the data folder as a service account key file.

https://cloud.google.com/iam/docs/keys-create-delete#creating
"""

import datetime as dt
import json
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

KEY_ID = "localcloud"
VALID_DAYS = 3650


@dataclass(frozen=True, slots=True)
class Keys:
    """A private key and the certificate of its public half."""

    private_pem: str
    certificate_pem: str
    private: rsa.RSAPrivateKey

    def verifies(self, signature: bytes, message: bytes) -> bool:
        """Tell whether the signature (RSA PKCS#1 v1.5, SHA-256) is ours over the message."""
        try:
            self.private.public_key().verify(
                signature, message, padding.PKCS1v15(), hashes.SHA256()
            )
        except InvalidSignature:
            return False
        return True


def load_keys(folder: Path) -> Keys:
    """Return the folder's key, made at the first call."""
    path = folder / "key.pem"
    if not path.exists():
        path.write_bytes(_new_private_pem())
        path.chmod(0o600)
    pem = path.read_bytes()
    private = serialization.load_pem_private_key(pem, None)
    if not isinstance(private, rsa.RSAPrivateKey):
        raise TypeError(f"{path} holds no RSA key")
    return Keys(pem.decode(), _certificate_pem(private), private)


def write_service_account(path: Path, keys: Keys, project: str, email: str, base_url: str) -> None:
    """Write the key file that GOOGLE_APPLICATION_CREDENTIALS points at."""
    content = {
        "type": "service_account",
        "project_id": project,
        "private_key_id": KEY_ID,
        "private_key": keys.private_pem,
        "client_email": email,
        "client_id": "1",
        "auth_uri": f"{base_url}/o/oauth2/auth",
        "token_uri": f"{base_url}/token",
        "universe_domain": "googleapis.com",
    }
    path.write_text(json.dumps(content, indent=2) + "\n")
    path.chmod(0o600)


def _new_private_pem() -> bytes:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _certificate_pem(private: rsa.RSAPrivateKey) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localcloud")])
    today = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(1)
        .not_valid_before(today - dt.timedelta(days=1))
        .not_valid_after(today + dt.timedelta(days=VALID_DAYS))
        .sign(private, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
