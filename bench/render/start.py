"""How long the service takes to its first answer, beside a plain one with the same clients."""

import os
import statistics
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.render.fixtures import FOLDER
from tests.local_cloud import free_ports

ROOT = Path(__file__).parent.parent.parent
_ROUNDS = 9
_LOCK = ROOT / "requirements/thumbnailer.txt"
_SOURCES = [
    ROOT / folder / "src"
    for folder in ("packages/safelight", "packages/picture", "services/thumbnailer")
]
_PLAIN = (
    "functions-framework",
    "google-cloud-firestore",
    "google-cloud-storage",
    "google-cloud-tasks",
    "google-cloud-vision",
)
_PLAIN_SERVICE = """
import functions_framework
from google.cloud import firestore, storage, tasks_v2, vision

@functions_framework.http
def main(request):
    return "ok"
"""


@dataclass(frozen=True)
class Start:
    """A service in an environment with nothing but what it needs."""

    command: tuple[str, ...]
    path: str
    variables: dict[str, str]

    def seconds(self) -> float:
        """Start it, and return the time to its first answer of 200 on its path."""
        port = free_ports(1)
        began = time.perf_counter()
        with subprocess.Popen(
            self.command,
            env=os.environ | self.variables | {"PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            try:
                _await(f"http://127.0.0.1:{port}{self.path}", process)
                return time.perf_counter() - began
            finally:
                process.terminate()


def show() -> None:
    """Print the start of the service as parts of that of a plain one, bytecode compiled."""
    plain, first, ready = _plain(), _ours("/healthz"), _ours("/readyz")
    ratios: dict[str, list[float]] = {"first": [], "ready": []}
    for number in range(_ROUNDS + 1):
        plain_s = plain.seconds()
        pair = {"first": first.seconds() / plain_s, "ready": ready.seconds() / plain_s}
        if number:
            for name, ratio in pair.items():
                ratios[name].append(ratio)
    medians = {name: statistics.median(values) for name, values in ratios.items()}
    print("\nstart, of functions-framework with the four clients, bytecode compiled")
    print(f"  to the first answer          {medians['first']:.2f}   goal 0.50")
    print(f"  until pictures are rendered  {medians['ready']:.2f}")


def _ours(path: str) -> Start:
    """Return the thumbnailer with what its lock names, as in its image."""
    python = _environment("service", ["--require-hashes", "-r", str(_LOCK)], _LOCK.read_text())
    for source in _SOURCES:
        subprocess.run([python, "-m", "compileall", "-q", source], check=True)
    (packages,) = (python.parent.parent / "lib").glob("python*/site-packages")
    (packages / "sources.pth").write_text("\n".join(map(str, _SOURCES)))
    variables = {
        "VARIANTS_BUCKET": "bench",
        "GOOGLE_CLOUD_PROJECT": "bench",
        "STORAGE_EMULATOR_HOST": "http://127.0.0.1:9",
        "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9",
    }
    return Start((str(python), "-m", "thumbnailer"), path, variables)


def _plain() -> Start:
    """Return a service of five lines, with the versions that ours has."""
    wanted = [f"{name}=={version(name)}" for name in _PLAIN]
    python = _environment("plain", wanted, str(wanted))
    source = FOLDER / "plain" / "main.py"
    source.write_text(_PLAIN_SERVICE)
    command = (str(python), "-m", "functions_framework", "--target", "main", "--source")
    return Start((*command, str(source)), "/", {})


def _environment(name: str, wanted: list[str], edition: str) -> Path:
    """Return the interpreter that has what is wanted; install it if the edition is another."""
    folder = FOLDER / name
    python, done = folder / "bin" / "python", folder / "edition"
    if not done.exists() or done.read_text() != edition:
        print("installing the environment:", name)
        subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
        pip = [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *wanted], check=True)
        done.write_text(edition)
    return python


def _await(url: str, process: subprocess.Popen[bytes]) -> None:
    while not _answers(url):
        if process.poll() is not None:
            raise RuntimeError(f"{process.args!r} does not start")
        time.sleep(0.005)


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except (urllib.error.URLError, OSError):
        return False
