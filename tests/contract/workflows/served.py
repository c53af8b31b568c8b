"""A folder of workflows, served by a process that tests may kill."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar

import grpc
import httpx
from google.cloud.workflows.executions_v1 import ExecutionsClient
from google.cloud.workflows.executions_v1.types import Execution
from google.cloud.workflows_v1 import WorkflowsClient

PARENT = "projects/demo/locations/here"
State = Execution.State
T = TypeVar("T")


def wait_for(probe: Callable[[], T], deadline_s: float = 15.0) -> T:
    """Return the first true answer of the probe."""
    deadline = time.monotonic() + deadline_s
    while not (found := probe()):
        assert time.monotonic() < deadline, "nothing came in time"
        time.sleep(0.02)
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Peer:
    """A web server that counts its requests; while ``hold`` is set it does not answer."""

    def __init__(self) -> None:
        self.seen: Counter[str] = Counter()
        self.go = threading.Event()
        self.go.set()
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                peer.seen[self.path] += 1
                peer.go.wait()
                body = json.dumps({"path": self.path}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.go.set()
        self._server.shutdown()
        self._server.server_close()


class Served:
    """The process and Google's clients for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "definitions"
        self.folder.mkdir()
        self._state = folder / "state"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._log = folder / "log.txt"

    def define(self, workflow: str, source: str) -> None:
        (self.folder / f"{workflow}.yaml").write_text(source)

    def start(self) -> None:
        command = [
            *(sys.executable, "-m", "localcloud", "workflows", "serve", str(self.folder)),
            *("--port", str(self.port), "--project", "demo", "--location", "here"),
            *("--state", str(self._state)),
        ]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_for(self._answers)
        self._channel = grpc.insecure_channel(f"127.0.0.1:{self.port}")
        transport = ExecutionsClient.get_transport_class("grpc")
        self.executions = ExecutionsClient(transport=transport(channel=self._channel))
        transport = WorkflowsClient.get_transport_class("grpc")
        self.workflows = WorkflowsClient(transport=transport(channel=self._channel))

    def kill(self) -> None:
        """End the process as a power cut would."""
        assert self._process is not None
        self._channel.close()
        os.kill(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def restart(self) -> None:
        self.kill()
        self.start()

    def stop(self) -> None:
        if self._process is not None and self._process.poll() is None:
            self._channel.close()
            self._process.terminate()
            self._process.wait(10)

    def begin(self, workflow: str, argument: Any = None) -> str:
        """Return the name of a new execution."""
        execution = Execution(argument=json.dumps(argument))
        parent = f"{PARENT}/workflows/{workflow}"
        return str(self.executions.create_execution(parent=parent, execution=execution).name)

    def end(self, name: str, deadline_s: float = 15.0) -> Execution:
        """Return the execution once it has ended."""

        def ended() -> Execution | None:
            execution = self.executions.get_execution(name=name)
            return None if execution.state == State.ACTIVE else execution

        return wait_for(ended, deadline_s)

    def current_step(self, name: str) -> str:
        steps = self.executions.get_execution(name=name).status.current_steps
        return str(steps[-1].step) if steps else ""

    def get(self, path: str) -> Any:
        response = httpx.get(f"{self.url}/v1/{path}", trust_env=False)
        response.raise_for_status()
        return response.json()

    def _answers(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1):
                return True
        except OSError:
            assert self._process is not None
            assert self._process.poll() is None, self._log.read_text()
            return False
