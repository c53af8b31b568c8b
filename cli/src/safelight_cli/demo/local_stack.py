"""Use the local stack that runs already, or run one for as long as it is needed."""

import json
import os
import shlex
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

START_TIMEOUT_S = 60.0
STOP_TIMEOUT_S = 15.0


class StackError(Exception):
    """The local stack did not start."""


@contextmanager
def local_stack(stack: Path, data: Path, port: int) -> Iterator[bool]:
    """Provide a ready stack on the port; yields whether it ran already."""
    if _is_ready(port):
        yield True
        return
    data.mkdir(parents=True, exist_ok=True)
    log = data / "logs" / "localcloud.log"
    log.parent.mkdir(exist_ok=True)
    command = [sys.executable, "-m", "localcloud", "up"]
    command += ["--stack", str(stack), "--data", str(data), "--port", str(port)]
    with log.open("ab") as output:
        process = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)  # noqa: S603 -- our own module
    try:
        _await_ready(process, port, log)
        yield False
    finally:
        _stop(process)


def point_clients_at(stack: Path, data: Path, port: int) -> None:
    """Set the variables that Google's clients read, in this process."""
    command = [sys.executable, "-m", "localcloud", "env"]
    command += ["--stack", str(stack), "--data", str(data), "--port", str(port)]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 -- our own module
    for word in shlex.split(lines, comments=True):
        name, equals, value = word.partition("=")
        if equals:
            os.environ[name] = value


def _is_ready(port: int) -> bool:
    url = f"http://127.0.0.1:{port}/_localcloud/health"
    try:
        with urllib.request.urlopen(url, timeout=2) as response:
            ready: bool = json.load(response)["ready"]
    except (OSError, ValueError, KeyError, urllib.error.URLError):
        return False
    return ready


def _await_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not _is_ready(port):
        if process.poll() is not None or time.monotonic() > deadline:
            tail = log.read_text(errors="replace").splitlines()[-15:]
            raise StackError("\n".join(["the local stack did not start; its log ends:", *tail]))
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
