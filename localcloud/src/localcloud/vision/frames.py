"""Messages through a pipe: four bytes of length (big endian), then the message."""

import asyncio
import struct
from typing import BinaryIO

_LENGTH = struct.Struct(">I")


def pack(message: bytes) -> bytes:
    """Return the message with its length before it."""
    return _LENGTH.pack(len(message)) + message


def read_frame(pipe: BinaryIO) -> bytes | None:
    """Return the next message; None when the other side has gone."""
    head = pipe.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(head)
    message = pipe.read(length)
    return message if len(message) == length else None


async def receive_frame(stream: asyncio.StreamReader) -> bytes:
    """Return the next message; raise IncompleteReadError when the other side has gone."""
    (length,) = _LENGTH.unpack(await stream.readexactly(_LENGTH.size))
    return await stream.readexactly(length)
