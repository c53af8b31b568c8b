"""An original is read like any other file, and not kept by its reader."""

import mmap
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from picture.process.memory import Original

CONTENT = os.urandom(4 * 1024 * 1024)
PIECE = 1024 * 1024


@pytest.fixture
def original() -> Iterator[Original]:
    file = os.memfd_create("held-original")
    os.write(file, CONTENT)
    with Original(file, 0, access=mmap.ACCESS_READ) as mapped:
        os.close(file)
        yield mapped


def held_kb() -> int:
    """Return how much of the file counts as this process's memory."""
    lines = iter(Path("/proc/self/smaps").read_text().splitlines())
    next(line for line in lines if "held-original" in line)
    return next(int(line.split()[1]) for line in lines if line.startswith("Rss:"))


def test_what_is_read_piece_by_piece_is_not_held(original: Original) -> None:
    pieces = []
    most_kb = 0
    while piece := original.read(PIECE):
        pieces.append(piece)
        most_kb = max(most_kb, held_kb())

    assert b"".join(pieces) == CONTENT
    assert most_kb < 100


def test_what_is_cut_out_is_not_held(original: Original) -> None:
    pieces = [original[at : at + PIECE] for at in range(0, len(CONTENT), PIECE)]

    assert b"".join(pieces) == CONTENT
    assert held_kb() < 100


def test_places_are_read_again_and_again(original: Original) -> None:
    whole = original[:]

    assert whole == CONTENT
    assert original[-1] == CONTENT[-1]
    assert original[7:9] == CONTENT[7:9]
    assert original.rfind(CONTENT[-8:]) == len(CONTENT) - 8
