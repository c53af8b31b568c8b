import asyncio
from pathlib import Path

import pytest

from localcloud.clock import Clock
from localcloud.errors import StartError
from localcloud.storage.drafts import Draft
from localcloud.storage.state import Storage


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    storage = Storage(tmp_path, Clock())
    storage.buckets.create({"name": "pictures"})
    return storage


def insert(storage: Storage, name: str, data: bytes) -> int:
    with storage.blobs.writer() as writer:
        writer.write(data)
        return storage.objects.insert(Draft("pictures", name), writer.finish()).generation


def test_bytes_are_read_without_http(storage: Storage) -> None:
    generation = insert(storage, "ü", b"bytes")

    assert asyncio.run(storage.read("pictures", "ü")) == b"bytes"
    assert asyncio.run(storage.read("pictures", "ü", generation)) == b"bytes"


@pytest.mark.parametrize("generation", [None, 1])
def test_reading_what_is_not_there_is_a_lookup_error(
    storage: Storage, generation: int | None
) -> None:
    with pytest.raises(LookupError, match="No such object: pictures/nothing"):
        asyncio.run(storage.read("pictures", "nothing", generation))


def test_what_a_kill_left_is_swept_at_the_next_start(storage: Storage, tmp_path: Path) -> None:
    insert(storage, "kept", b"bytes")
    (tmp_path / "blobs" / "incoming" / "half").write_bytes(b"half")
    with storage.blobs.writer() as writer:
        orphan = writer.finish()
    storage.close()

    again = Storage(tmp_path, Clock())

    assert not again.blobs.path(orphan.key).exists()
    assert list((tmp_path / "blobs" / "incoming").iterdir()) == []
    assert asyncio.run(again.read("pictures", "kept")) == b"bytes"


def test_generations_grow_although_the_clock_stands_behind(tmp_path: Path) -> None:
    clock = Clock()
    clock.advance(3600)
    ahead = Storage(tmp_path, clock)
    ahead.buckets.create({"name": "pictures"})
    first = insert(ahead, "x", b"1")
    ahead.close()

    second = insert(Storage(tmp_path, Clock()), "x", b"2")

    assert second > first


def test_a_file_that_is_no_database_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "storage.db").write_bytes(b"not a database, but long enough to be read as one" * 99)

    with pytest.raises(StartError, match="cannot be used"):
        Storage(tmp_path, Clock())
