"""What becomes of a picture when its process is stopped, and of the next one."""

import contextlib
import struct
import tempfile
import zlib
from pathlib import Path

import pytest

from metadata.inspect import MODULE, Inspector
from picture.limits import Limits
from picture.process.children import Children
from safelight.errors import BusyError, PermanentError


def chunk(kind, data):
    checksum = zlib.crc32(kind + data)
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", checksum)


def png(width, height):
    """Return a black PNG of any size, made without holding it."""
    squeeze = zlib.compressobj(1)
    row = bytes(1 + 3 * width)
    data = b"".join(squeeze.compress(row) for _ in range(height)) + squeeze.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


@contextlib.contextmanager
def inspector(**limits):
    children = Children(MODULE, 1, Limits(**limits))
    try:
        children.warm_up()
        yield Inspector(children, 3), children
    finally:
        children.close()


def inspect(looking, data):
    with tempfile.TemporaryFile() as file:
        file.write(data)
        file.flush()
        return looking.inspect(file.fileno()).inspection


@pytest.mark.parametrize(
    ("limits", "code"),
    [({"wall_s": 0.3}, "timeout"), ({"memory_mb": 250}, "out_of_memory")],
)
def test_a_picture_that_costs_too_much_fails_alone(limits, code):
    with inspector(**limits) as (looking, _):
        with pytest.raises(PermanentError) as refused:
            inspect(looking, png(9_000, 9_000))

        assert refused.value.code == code
        assert inspect(looking, png(20, 10)).width == 20


def test_a_process_that_died_idle_is_nobodys_fault():
    with inspector() as (looking, children):
        process = children._all[0].child.process
        process.kill()
        process.wait()

        assert inspect(looking, png(20, 10)).width == 20


def test_pictures_are_looked_at_without_secrets_network_or_client_libraries():
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("SECRET_OF_THE_TEST", "x")
        with inspector() as (looking, children):
            inspect(looking, png(20, 10))
            folder = Path(f"/proc/{children._all[0].child.process.pid}")
            variables = (folder / "environ").read_text()
            libraries = (folder / "maps").read_text()

    assert "SECRET_OF_THE_TEST" not in variables
    assert "PIL" in libraries
    assert "grpc" not in libraries
    assert "pydantic" not in libraries


def test_nothing_is_taken_on_once_closed():
    with inspector() as (looking, children):
        children.close()

        with pytest.raises(BusyError):
            inspect(looking, png(20, 10))
