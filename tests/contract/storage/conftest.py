"""A storage server of its own for each test, and Google's client on it."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import uvicorn
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from google.auth.credentials import AnonymousCredentials
from google.cloud import storage
from google.oauth2 import service_account

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.storage.api import application
from localcloud.storage.events import ObjectEvent
from localcloud.storage.state import Storage


class Server:
    """The ASGI application in a thread, on a free port."""

    def __init__(self, folder: Path, verify: Callable[[bytes, bytes], bool]) -> None:
        self.clock = Clock()
        self.faults = Faults()
        self._folder = folder
        self._verify = verify
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()
        assert self._ready.wait(5)

    async def _serve(self) -> None:
        self.storage = Storage(self._folder, self.clock)
        app = application(self.storage, self.faults, self._verify)
        config = uvicorn.Config(app, log_level="warning", lifespan="off", access_log=False)
        self._server = uvicorn.Server(config)
        self._server.config.load()
        self._loop = asyncio.get_running_loop()
        self._ready.set()
        await self._server.serve(sockets=[self._socket])
        self.storage.close()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(5)

    def run(self, act: Callable[[Storage], object]) -> object:
        """Return what ``act`` returns on the server's own loop."""

        async def on_loop() -> object:
            return act(self.storage)

        return asyncio.run_coroutine_threadsafe(on_loop(), self._loop).result(5)

    def events(self) -> list[ObjectEvent]:
        pending = self.run(lambda storage: storage.events.pending(0, 1000))
        assert isinstance(pending, list)
        return pending


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
    return service_account.Credentials.from_service_account_info(
        {
            "client_email": "local@local-dev.iam.gserviceaccount.com",
            "private_key": pem.decode(),
            "token_uri": "http://127.0.0.1:1/token",
        }
    )


@pytest.fixture(scope="session")
def verify(key: rsa.RSAPrivateKey) -> Callable[[bytes, bytes], bool]:
    def verify(signature: bytes, message: bytes) -> bool:
        try:
            key.public_key().verify(signature, message, padding.PKCS1v15(), hashes.SHA256())
        except InvalidSignature:
            return False
        return True

    return verify


@pytest.fixture
def server(tmp_path: Path, verify: Callable[[bytes, bytes], bool]) -> Iterator[Server]:
    server = Server(tmp_path / "storage", verify)
    yield server
    server.stop()


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
def bucket(client: storage.Client) -> storage.Bucket:
    return client.create_bucket("pictures")
