"""What a renderer and its parent say to each other: JSON, then raw parts, over a socket.

Never pickles: a picture may have taken over the child, and the parent reads its answers.
"""

import json
import socket
import struct
import time
from typing import Any, Final

_LENGTHS: Final = struct.Struct("!II")
_MAX_MESSAGE: Final = 1024 * 1024
_MAX_PARTS: Final = 256 * 1024 * 1024


class BrokenWireError(Exception):
    """The other side is gone, or says what cannot be understood."""


class WireTimeoutError(Exception):
    """The other side did not answer in time."""


def send(link: socket.socket, message: dict[str, Any], parts: bytes = b"", *fds: int) -> None:
    """Send one message, its raw parts in a row, and open files."""
    encoded = json.dumps(message).encode()
    frame = _LENGTHS.pack(len(encoded), len(parts)) + encoded
    try:
        if fds:
            socket.send_fds(link, [frame[:1]], list(fds))
            frame = frame[1:]
        link.sendall(frame)
        link.sendall(parts)
    except OSError as error:
        raise BrokenWireError from error


def receive(
    link: socket.socket, deadline_s: float | None = None
) -> tuple[dict[str, Any], bytes, list[int]]:
    """Return the next message, its parts and files. The deadline is on the monotonic clock."""
    try:
        first, fds = _first_byte(link, deadline_s)
        header = first + _exactly(link, _LENGTHS.size - 1, deadline_s)
        message_length, parts_length = _LENGTHS.unpack(header)
        if message_length > _MAX_MESSAGE or parts_length > _MAX_PARTS:
            raise BrokenWireError
        message = json.loads(_exactly(link, message_length, deadline_s))
        return message, _exactly(link, parts_length, deadline_s), fds
    except TimeoutError as error:
        raise WireTimeoutError from error
    except (OSError, ValueError) as error:
        raise BrokenWireError from error


def _first_byte(link: socket.socket, deadline_s: float | None) -> tuple[bytes, list[int]]:
    _wait_until(link, deadline_s)
    first, fds, _flags, _address = socket.recv_fds(link, 1, 1)
    if not first:
        raise BrokenWireError
    return first, list(fds)


def _exactly(link: socket.socket, length: int, deadline_s: float | None) -> bytes:
    buffer = bytearray(length)
    view, got = memoryview(buffer), 0
    while got < length:
        _wait_until(link, deadline_s)
        count = link.recv_into(view[got:])
        if not count:
            raise BrokenWireError
        got += count
    return bytes(buffer)


def _wait_until(link: socket.socket, deadline_s: float | None) -> None:
    if deadline_s is None:
        link.settimeout(None)
        return
    left_s = deadline_s - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    link.settimeout(left_s)
