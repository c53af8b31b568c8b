"""A storage server of its own for each test, and Google's client on it."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.oauth2 import service_account

from localcloud.storage.signed import Verify
from tests.contract.storage.server import Port, Server


@pytest.fixture(scope="session")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def signer(key: rsa.RSAPrivateKey) -> service_account.Credentials:
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    signer: service_account.Credentials = service_account.Credentials.from_service_account_info(
        {
            "client_email": "local@local-dev.iam.gserviceaccount.com",
            "private_key": pem.decode(),
            "token_uri": "http://127.0.0.1:1/token",
        }
    )
    return signer


@pytest.fixture(scope="session")
def verify(key: rsa.RSAPrivateKey) -> Verify:
    def verify(message: bytes, signature: bytes) -> bool:
        try:
            key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    return verify


@pytest.fixture(scope="session")
def port() -> Iterator[Port]:
    port = Port()
    yield port
    port.stop()


@pytest.fixture
def server(port: Port, tmp_path: Path, verify: Verify) -> Iterator[Server]:
    server = Server(port, tmp_path / "storage", verify)
    yield server
    server.close()


@pytest.fixture
def client(server: Server) -> Iterator[storage.Client]:
    client = storage.Client(
        project="local-dev",
        credentials=AnonymousCredentials(),
        client_options={"api_endpoint": server.url},
    )
    yield client
    client.close()


@pytest.fixture
def http(server: Server) -> Iterator[httpx.Client]:
    """Provide requests that the client library does not make."""
    with httpx.Client(base_url=server.url, trust_env=False) as http:
        yield http


@pytest.fixture
def bucket(client: storage.Client) -> storage.Bucket:
    pictures: storage.Bucket = client.create_bucket("pictures")
    return pictures
