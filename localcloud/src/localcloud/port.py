"""One port for gRPC and HTTP, told apart by the first bytes of a connection.

HTTP is served right on the accepted connection.  gRPC's own server cannot take an
accepted connection over, so its bytes are passed on to it through a local socket.
"""

import asyncio
import errno
from collections.abc import Callable
from pathlib import Path

from localcloud.errors import StartError

# What an HTTP/2 client with prior knowledge says first, as every gRPC client is.
# https://www.rfc-editor.org/rfc/rfc9113#section-3.4
PREFACE = b"PRI * HTTP/2.0"


class Sniffer(asyncio.Protocol):
    """Waits for the first bytes, then makes way for the protocol that they call for."""

    def __init__(self, http: Callable[[], asyncio.Protocol], grpc_socket: Path) -> None:
        self._http = http
        self._grpc_socket = grpc_socket
        self._seen = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._seen += data
        if len(self._seen) < len(PREFACE) and PREFACE.startswith(self._seen):
            return
        if self._seen.startswith(PREFACE):
            self._become(_Splice(self._grpc_socket))
        else:
            self._become(self._http())

    def _become(self, protocol: asyncio.Protocol) -> None:
        transport = self._transport
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- a socket's transport
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(self._seen)


class _Pipe(asyncio.Protocol):
    """One end of a splice: what it receives is written to the other, at the other's pace."""

    other: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 -- a socket's transport
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            self.other.write(data)

    def connection_lost(self, _exc: Exception | None) -> None:
        if self.other is not None:
            self.other.close()

    def pause_writing(self) -> None:
        if self.other is not None:
            self.other.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and not self.other.is_closing():
            self.other.resume_reading()


class _Splice(_Pipe):
    """The client's end; holds its first bytes until the local socket is connected."""

    def __init__(self, grpc_socket: Path) -> None:
        self._grpc_socket = grpc_socket
        self._early = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._connecting = asyncio.create_task(self._connect())

    def data_received(self, data: bytes) -> None:
        if self.other is None:
            self._early += data
        else:
            self.other.write(data)

    async def _connect(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            upstream, pipe = await loop.create_unix_connection(_Pipe, str(self._grpc_socket))
        except OSError:
            self.transport.close()
            return
        pipe.other, self.other = self.transport, upstream
        upstream.write(bytes(self._early))
        self._early.clear()
        if self.transport.is_closing():
            upstream.close()


async def listen(protocol: Callable[[], asyncio.Protocol], host: str, port: int) -> asyncio.Server:
    """Return a listening server.  Raises StartError where the port cannot be had."""
    loop = asyncio.get_running_loop()
    try:
        return await loop.create_server(protocol, host, port, backlog=1024)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise StartError(f"cannot listen on {host}:{port}: {error.strerror}") from error
        raise StartError(
            f"port {port} is in use. Stop what uses it (is another stack running?), "
            "or choose another port with LOCALCLOUD_PORT."
        ) from error
