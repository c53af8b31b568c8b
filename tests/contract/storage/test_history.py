"""Any sequence of changes: the objects, the files and the events always tell the same story."""

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from localcloud.clock import Clock
from localcloud.storage.drafts import Draft
from localcloud.storage.errors import StorageError
from localcloud.storage.listing import Selection
from localcloud.storage.preconditions import Preconditions
from localcloud.storage.state import Storage

NAMES = st.sampled_from(["a", "a/b", "ü"])
DATA = st.binary(max_size=8)
Model = dict[str, dict[int, bytes]]


class History(RuleBasedStateMachine):
    """Performs changes on the storage and on a plain dictionary of generations."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.storage = Storage(Path(self.folder.name), Clock())
        self.generations: Model = {}
        self.live: dict[str, int] = {}

    @initialize(versioned=st.booleans())
    def make_bucket(self, *, versioned: bool) -> None:
        self.versioned = versioned
        self.storage.buckets.create({"name": "pictures", "versioning": {"enabled": versioned}})

    @rule(name=NAMES, data=DATA)
    def upload(self, name: str, data: bytes) -> None:
        with self.storage.blobs.writer() as writer:
            writer.write(data)
            stored = self.storage.objects.insert(Draft("pictures", name), writer.finish())
        self._made(name, stored.generation, data)

    @rule(name=NAMES, data=DATA)
    def create(self, name: str, data: bytes) -> None:
        wanted = Draft("pictures", name, preconditions=Preconditions(generation_match=0))
        with self.storage.blobs.writer() as writer:
            writer.write(data)
            blob = writer.finish()
        if name in self.live:
            with pytest.raises(StorageError):
                self.storage.objects.insert(wanted, blob)
        else:
            self._made(name, self.storage.objects.insert(wanted, blob).generation, data)

    @rule(source=NAMES, name=NAMES)
    def copy(self, source: str, name: str) -> None:
        if source in self.live:
            data = self.generations[source][self.live[source]]
            found = self.storage.objects.get("pictures", source)
            copied = self.storage.copy(found, Draft("pictures", name))
            self._made(name, copied.generation, data)

    @rule(name=NAMES)
    def delete(self, name: str) -> None:
        if name not in self.live:
            with pytest.raises(StorageError):
                self.storage.objects.delete("pictures", name)
            return
        self.storage.objects.delete("pictures", name)
        self._retired(name)

    @rule(name=NAMES, newest=st.booleans())
    def delete_generation(self, name: str, *, newest: bool) -> None:
        known = sorted(self.generations.get(name, ()))
        if known:
            generation = known[-1 if newest else 0]
            self.storage.objects.delete("pictures", name, generation)
            del self.generations[name][generation]
            if self.live.get(name) == generation:
                del self.live[name]

    @rule()
    def restart(self) -> None:
        self.storage.close()
        self.storage = Storage(Path(self.folder.name), Clock())

    @invariant()
    def every_generation_is_listed_with_its_bytes(self) -> None:
        found: Model = {}
        for stored in self.storage.page(Selection("pictures", versions=True)).items:
            data = self.storage.blobs.path(stored.blob).read_bytes()
            found.setdefault(stored.name, {})[stored.generation] = data

        assert found == {name: kept for name, kept in self.generations.items() if kept}

    @invariant()
    def the_live_objects_are_listed(self) -> None:
        page = self.storage.page(Selection("pictures"))

        assert {stored.name: stored.generation for stored in page.items} == self.live

    @invariant()
    def no_file_is_left_over(self) -> None:
        items = self.storage.page(Selection("pictures", versions=True)).items
        kept = Path(self.folder.name, "blobs", "kept")

        assert {file.name for file in kept.iterdir()} == {stored.blob for stored in items}

    @invariant()
    def who_follows_the_events_knows_the_objects(self) -> None:
        live: dict[str, int] = {}
        for event in self.storage.events.pending(0, 10_000):
            name, generation = event.payload["name"], int(event.payload["generation"])
            if event.type.endswith(".finalized"):
                live[name] = generation
            elif live.get(name) == generation:
                del live[name]

        assert live == self.live

    def teardown(self) -> None:
        self.storage.close()
        self.folder.cleanup()

    def _made(self, name: str, generation: int, data: bytes) -> None:
        if name in self.live:
            self._retired(name)
        self.generations.setdefault(name, {})[generation] = data
        self.live[name] = generation

    def _retired(self, name: str) -> None:
        generation = self.live.pop(name)
        if not self.versioned:
            del self.generations[name][generation]


TestHistory = History.TestCase
TestHistory.settings = settings(max_examples=20, stateful_step_count=20, deadline=None)
