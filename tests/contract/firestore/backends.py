"""Firestore to test against: localcloud's, and Google's own emulator where it is installed."""

import asyncio
import shutil
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AsyncExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import grpc

from localcloud.clock import Clock
from localcloud.faults import Faults
from localcloud.firestore.api import service
from localcloud.firestore.store import Store
from localcloud.http_server import HttpServer
from localcloud.port import Sniffer, listen
from localcloud.rest import Rest
from localcloud.rpc import grpc_handlers

LOCALCLOUD = "localcloud"
GOOGLE = "google-emulator"
HOST = "127.0.0.1"
START_S = 30.0
_JAR = "platform/cloud-firestore-emulator/cloud-firestore-emulator.jar"
_MAIN = "com.google.cloud.datastore.emulator.firestore.CloudFirestore"


@dataclass(frozen=True)
class Backend:
    """A running Firestore; gRPC and REST share its address (``host:port``)."""

    name: str
    address: str


def emulator_jar() -> Path | None:
    """Return Google's emulator beside gcloud, or None without it or without Java."""
    gcloud = shutil.which("gcloud")
    if gcloud is None or shutil.which("java") is None:
        return None
    jar = Path(gcloud).resolve().parents[1] / _JAR
    return jar if jar.is_file() else None


def available() -> list[str]:
    return [LOCALCLOUD, GOOGLE] if emulator_jar() else [LOCALCLOUD]


@contextmanager
def run_localcloud(database: Path) -> Iterator[Backend]:
    """Serve localcloud's Firestore from a thread."""
    server = _Server(database)
    server.start()
    try:
        yield Backend(LOCALCLOUD, f"{HOST}:{server.port}")
    finally:
        server.stop()


@contextmanager
def run_google_emulator(log: Path) -> Iterator[Backend]:
    """Run Google's emulator."""
    port = _free_port()
    command = ["java", "-Xmx512m", "-cp", str(emulator_jar()), _MAIN, "start"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--host", HOST, "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            _wait_for(port, process)
            yield Backend(GOOGLE, f"{HOST}:{port}")
        finally:
            process.terminate()
            process.wait()


class _Server:
    def __init__(self, database: Path) -> None:
        self._database = database
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="firestore", daemon=True)
        self._started, self._stopping = threading.Event(), asyncio.Event()
        self.port = 0

    def start(self) -> None:
        self._thread.start()
        if not self._started.wait(START_S) or not self.port:
            raise RuntimeError("localcloud's Firestore did not start; see the thread's traceback")

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._serve())
        finally:
            self._started.set()

    async def _serve(self) -> None:
        store, faults = Store(self._database, Clock()), Faults()
        table = [service(store)]
        async with AsyncExitStack() as stack:
            stack.callback(store.close)
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            grpc_server = grpc.aio.server(options=[("grpc.max_receive_message_length", 64 << 20)])
            grpc_server.add_generic_rpc_handlers(grpc_handlers(table, faults))
            grpc_server.add_insecure_port(f"unix:{folder / 'grpc'}")
            await grpc_server.start()
            stack.push_async_callback(grpc_server.stop, 0)
            http = HttpServer(Rest(table, faults))
            await http.start()
            stack.push_async_callback(http.stop)
            listening = await listen(lambda: Sniffer(http.connection, folder / "grpc"), HOST, 0)
            stack.callback(listening.close)
            self.port = listening.sockets[0].getsockname()[1]
            self._started.set()
            await self._stopping.wait()


def _free_port() -> int:
    with closing(socket.socket()) as listening:
        listening.bind((HOST, 0))
        port: int = listening.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with closing(socket.socket()) as probe:
            if probe.connect_ex((HOST, port)) == 0:
                return
        time.sleep(0.05)
    raise RuntimeError("Google's emulator did not start; see its log")
