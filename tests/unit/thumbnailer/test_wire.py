import os
import socket
import struct
import threading
import time
from collections.abc import Iterator

import pytest

from picture.process.wire import BrokenWireError, WireTimeoutError, receive, send


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def test_a_message_arrives_with_its_parts(ends: tuple[socket.socket, socket.socket]) -> None:
    parts = os.urandom(3_000_000)
    sender = threading.Thread(target=send, args=(ends[0], {"a": [1, "ü"]}, parts))
    sender.start()

    message, received, files = receive(ends[1])

    sender.join()
    assert message == {"a": [1, "ü"]}
    assert received == parts
    assert files == []


def test_an_open_file_arrives(ends: tuple[socket.socket, socket.socket]) -> None:
    file = os.memfd_create("test")
    os.write(file, b"content")
    send(ends[0], {}, b"", file)
    os.close(file)

    _, _, (received,) = receive(ends[1])

    assert os.pread(received, 99, 0) == b"content"
    os.close(received)


def test_silence_ends_at_the_deadline(ends: tuple[socket.socket, socket.socket]) -> None:
    with pytest.raises(WireTimeoutError):
        receive(ends[1], time.monotonic() + 0.01)


def test_an_unfinished_message_ends_at_the_deadline(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    ends[0].sendall(struct.pack("!II", 100, 0) + b"{")

    with pytest.raises(WireTimeoutError):
        receive(ends[1], time.monotonic() + 0.01)


@pytest.mark.parametrize(
    "frame",
    [
        struct.pack("!II", 2**31, 0),
        struct.pack("!II", 2, 2**31) + b"{}",
        struct.pack("!II", 3, 0) + b"{]}",
        struct.pack("!II", 2, 0) + b"\xff\xfe",
    ],
)
def test_nonsense_is_a_broken_wire(frame: bytes, ends: tuple[socket.socket, socket.socket]) -> None:
    ends[0].sendall(frame)

    with pytest.raises(BrokenWireError):
        receive(ends[1], time.monotonic() + 1)


def test_a_closed_end_is_a_broken_wire(ends: tuple[socket.socket, socket.socket]) -> None:
    ends[0].close()

    with pytest.raises(BrokenWireError):
        receive(ends[1])
    with pytest.raises(BrokenWireError):
        send(ends[1], {}, b"x" * 1_000_000)
