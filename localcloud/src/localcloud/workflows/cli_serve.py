"""``workflows serve``: host the definitions of a folder, deployed again as they change."""

import argparse
import asyncio
import signal
import sys
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path

import grpc
from starlette.applications import Starlette
from starlette.routing import Mount

from localcloud.clock import Clock
from localcloud.errors import RpcError, StartError
from localcloud.faults import Faults
from localcloud.http_server import HttpServer
from localcloud.identity.keys import load_keys
from localcloud.identity.tokens import Identity
from localcloud.port import Sniffer, listen
from localcloud.rest import Rest
from localcloud.rpc import grpc_handlers
from localcloud.workflows.hosting import Hosting, Surroundings
from localcloud.workflows.interpreted import Interpreted
from localcloud.workflows.limits import DEFAULT_LIMITS, NO_LIMITS
from localcloud.workflows.transport import GoogleApis

HOST = "127.0.0.1"
LOOK_EVERY_S = 0.5
SUFFIXES = frozenset({".yaml", ".yml", ".json"})


def serve_folder(options: argparse.Namespace) -> int:
    """Serve until stopped by a signal."""
    if not options.folder.is_dir():
        raise StartError(f"{options.folder} is no folder")
    asyncio.run(_serve(options))
    return 0


async def _serve(options: argparse.Namespace) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with AsyncExitStack() as exits:
        hosting = await _hosting(options, exits)
        await _open_port(options.port, hosting, exits)
        folder = Folder(options.folder, f"projects/{options.project}/locations/{options.location}")
        folder.deploy_changes(hosting)
        await hosting.recover()
        _say(f"Workflows: http://{HOST}:{options.port}/v1/{folder.parent}/workflows")
        while not stopping.is_set():
            folder.deploy_changes(hosting)
            await _wait(stopping)


async def _wait(stopping: asyncio.Event) -> None:
    waiting = asyncio.ensure_future(stopping.wait())
    await asyncio.wait((waiting,), timeout=LOOK_EVERY_S)
    waiting.cancel()


async def _hosting(options: argparse.Namespace, exits: AsyncExitStack) -> Hosting:
    options.state.mkdir(parents=True, exist_ok=True)
    url, clock = f"http://{HOST}:{options.port}", Clock()
    limits = NO_LIMITS if options.no_limits else DEFAULT_LIMITS
    hosting = Hosting(
        Surroundings(
            database=options.state / "workflows.db",
            clock=clock,
            tokens=Identity(load_keys(options.state), clock),
            base_url=url,
            language=Interpreted(limits),
            google_apis=GoogleApis(options.base_url or url),
            limits=limits,
        )
    )
    exits.push_async_callback(hosting.stop)
    return hosting


async def _open_port(port: int, hosting: Hosting, exits: AsyncExitStack) -> None:
    faults = Faults()
    socket = Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="workflows-"))) / "grpc"
    server = grpc.aio.server()
    server.add_generic_rpc_handlers(grpc_handlers(hosting.services, faults))
    server.add_insecure_port(f"unix:{socket}")
    await server.start()
    exits.push_async_callback(server.stop, 1.0)
    rest = Mount("/", Rest(hosting.services, faults))
    http = HttpServer(Starlette(routes=[*hosting.routes, rest]))
    await http.start()
    exits.push_async_callback(http.stop)
    listener = await listen(lambda: Sniffer(http.connection, socket), HOST, port)
    exits.callback(listener.close)


@dataclass(slots=True)
class Folder:
    """A folder with a workflow a file; the file's name is the workflow's id."""

    path: Path
    parent: str
    _seen: Mapping[Path, int] = field(default_factory=dict)

    def deploy_changes(self, hosting: Hosting) -> None:
        """Deploy the files that have changed since the last look, and say how that went."""
        found = {
            file: file.stat().st_mtime_ns
            for file in sorted(self.path.iterdir())
            if file.suffix in SUFFIXES and file.is_file()
        }
        for file, changed in found.items():
            if self._seen.get(file) != changed:
                self._deploy(hosting, file)
        self._seen = found

    def _deploy(self, hosting: Hosting, file: Path) -> None:
        try:
            source = file.read_text(encoding="utf-8")
            revision = hosting.deploy(self.parent, file.stem, source, "", {})
        except (RpcError, OSError, UnicodeDecodeError) as refused:
            _say(f"{file.name}: not deployed\n{refused}")
        else:
            _say(f"{file.name}: revision {revision}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
