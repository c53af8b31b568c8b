import asyncio
import subprocess
import sys
from pathlib import Path

import pytest

from localcloud.clock import Clock
from localcloud.errors import StartError
from localcloud.firestore.documents import Scope
from localcloud.firestore.store import Change, Store
from tests.unit.localcloud.firestore.builders import ROOT, document


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "firestore.db"


def commit(store: Store, *documents: object) -> None:
    store.commit({d.name: d for d in documents}, store.tick())  # type: ignore[attr-defined]


def test_documents_survive_a_restart(path: Path) -> None:
    store = Store(path, Clock())
    commit(store, document("c/a", n=1), document("c/b"))
    store.commit({f"{ROOT}/c/b": None}, store.tick())
    store.close()

    again = Store(path, Clock())

    assert [entry.document for entry in again.index] == [document("c/a", n=1)]
    again.close()


def test_documents_survive_a_kill(path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from localcloud.clock import Clock
from localcloud.firestore.messages import Document
from localcloud.firestore.store import Store
store = Store(Path({str(path)!r}), Clock())
for number in range(50):
    name = f"{ROOT}/c/{{number}}"
    store.commit({{name: Document(name=name)}}, store.tick())
os.kill(os.getpid(), signal.SIGKILL)
"""

    killed = subprocess.run([sys.executable, "-c", program], check=False)

    store = Store(path, Clock())
    assert killed.returncode == -9
    assert len(list(store.index)) == 50
    store.close()


def test_times_rise_even_while_the_clock_stands(path: Path) -> None:
    class Stopped(Clock):
        def time_ns(self) -> int:
            return 10**18

    store = Store(path, Stopped())

    times = [store.tick().ToMicroseconds() for _ in range(3)]

    assert times == [10**15, 10**15 + 1, 10**15 + 2]
    store.close()


def test_times_do_not_go_back_after_a_restart_with_the_clock_set_forward(path: Path) -> None:
    clock = Clock()
    clock.advance(3600)
    store = Store(path, clock)
    late = document("c/a")
    late.update_time.CopyFrom(store.tick())
    commit(store, late)
    store.close()

    again = Store(path, Clock())

    assert again.tick().ToMicroseconds() > late.update_time.ToMicroseconds()
    again.close()


def test_snapshot_stays_as_it_was(path: Path) -> None:
    store = Store(path, Clock())
    commit(store, document("c/a", n=1), document("c/b", n=1))
    snapshot = store.open_snapshot()

    commit(store, document("c/a", n=2), document("c/new"))
    commit(store, document("c/a", n=3))
    store.commit({f"{ROOT}/c/b": None}, store.tick())

    seen = {e.name: e.document for e in snapshot.scan(Scope(ROOT, "c", all_descendants=False))}
    assert seen == {d.name: d for d in (document("c/a", n=1), document("c/b", n=1))}
    assert snapshot.get(f"{ROOT}/c/new") is None
    store.close_snapshot(snapshot)
    store.close()


def test_subscribers_hear_of_each_commit_and_of_no_empty_one(path: Path) -> None:
    store = Store(path, Clock())
    heard: asyncio.Queue[Change] = asyncio.Queue()

    with store.subscription(heard):
        commit(store, document("c/a"))
        store.commit({f"{ROOT}/c/none": None}, store.tick())
    commit(store, document("c/b"))

    assert [list(heard.get_nowait().entries) for _ in range(heard.qsize())] == [[f"{ROOT}/c/a"]]
    store.close()


def test_collection_without_documents_is_gone(path: Path) -> None:
    store = Store(path, Clock())
    commit(store, document("c/a"))

    store.commit({f"{ROOT}/c/a": None}, store.tick())

    assert list(store.index.collections()) == []
    store.close()


def test_clear_deletes_what_is_below(path: Path) -> None:
    store = Store(path, Clock())
    commit(store, document("c/a"), document("d/a"))

    store.clear(f"{ROOT}/c/")

    assert [entry.name for entry in store.index] == [f"{ROOT}/d/a"]
    store.close()


def test_file_that_is_no_database_is_told_so(path: Path) -> None:
    path.write_text("this is no database, but long enough to be taken for one" * 20)

    with pytest.raises(StartError, match="Move the data folder away"):
        Store(path, Clock())
