"""Run the local cloud as a process of its own, as its users do."""

import json
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Self, TypeVar

START_TIMEOUT_S = 60.0
ROOT = Path(__file__).parent.parent

T = TypeVar("T")


class LocalCloud:
    """A local cloud on free ports; state stays in ``folder`` between starts."""

    def __init__(self, folder: Path, stack: Path | None = None, services: int = 0) -> None:
        self.folder = folder
        self.port = free_ports(1 + services)
        self._arguments = ["--data", str(folder), "--port", str(self.port)]
        if stack is not None:
            self._arguments += ["--stack", str(stack)]
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    def start(self, *flags: str) -> None:
        """Start, and return when the APIs and all services answer."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "localcloud.log").open("ab") as log:
            command = [sys.executable, "-m", "localcloud", "up", *self._arguments, *flags]
            self._process = subprocess.Popen(command, stdout=log, stderr=log, cwd=ROOT)
        wait_until(self._is_ready, START_TIMEOUT_S, self.log_tail)

    def stop(self) -> int:
        """Stop in an orderly way; returns the exit status."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill it as a power cut would."""
        self._end(signal.SIGKILL)

    def environment(self) -> Mapping[str, str]:
        """Return the variables that it prints for its clients."""
        command = [sys.executable, "-m", "localcloud", "env", *self._arguments]
        lines = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT).stdout
        words = (word.partition("=") for word in shlex.split(lines) if word != "export")
        return {name: value for name, _, value in words}

    def ask(self, method: str, path: str, body: object = None) -> object:
        """Return the JSON answer of an admin route."""
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}{path}", data, method=method)
        with urllib.request.urlopen(request, timeout=10) as response:
            return json.load(response)

    def log_tail(self) -> str:
        return (self.folder / "localcloud.log").read_text(errors="replace")[-4000:]

    def _is_ready(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, self.log_tail()
        try:
            self.ask("GET", "/_localcloud/health")
        except (OSError, urllib.error.URLError):
            return False
        return True

    def _end(self, number: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(number)
        return process.wait(30)


def wait_until(
    answer: Callable[[], T | None],
    timeout_s: float = 15,
    explain: Callable[[], str] = lambda: "",
    every_s: float = 0.01,
) -> T:
    """Return the first true answer; fail with the explanation when time is up."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if found := answer():
            return found
        time.sleep(every_s)
    raise AssertionError(f"not within {timeout_s} s. {explain()}")


def free_ports(count: int) -> int:
    """Return the first of ``count`` free ports in a row."""
    for _ in range(100):
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            first: int = probe.getsockname()[1]
        if first + count < 65536 and all(_is_free(first + n) for n in range(count)):
            return first
    raise AssertionError(f"no {count} free ports in a row")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def apply_environment(variables: Mapping[str, str]) -> None:
    """Point the clients in this process at the local cloud."""
    os.environ.update(variables)
