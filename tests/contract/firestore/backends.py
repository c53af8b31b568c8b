"""Firestore to test against: localcloud's, and Google's own emulator where it is installed."""

import shutil
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.local_cloud import free_ports, wait_until

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
def run_google_emulator(log: Path) -> Iterator[Backend]:
    """Run Google's emulator."""
    port = free_ports(1)
    command = ["java", "-Xmx512m", "-cp", str(emulator_jar()), _MAIN, "start"]
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command, "--host", HOST, "--port", str(port)],
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            wait_until(lambda: _answers(port, process), START_S, lambda: log.read_text()[-2000:])
            yield Backend(GOOGLE, f"{HOST}:{port}")
        finally:
            process.terminate()
            process.wait()


def _answers(port: int, process: subprocess.Popen[bytes]) -> bool:
    assert process.poll() is None, "Google's emulator has ended"
    with closing(socket.socket()) as probe:
        return probe.connect_ex((HOST, port)) == 0
