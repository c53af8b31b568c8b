"""Documents in memory: by name, by collection, and as they were at an earlier moment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Protocol

from localcloud.firestore.field_paths import NAME, FieldPath, read
from localcloud.firestore.messages import DocumentPb
from localcloud.firestore.paths import parent_collection
from localcloud.firestore.values import Key, reference_key, sort_key


@dataclass(frozen=True, eq=False)
class Entry:
    """A document at one version; it remembers the sort keys that queries asked it for.

    The message is never changed, so that whoever holds an entry holds a snapshot, and
    two entries are the same version exactly if they are the same object.
    """

    document: DocumentPb
    _keys: dict[FieldPath, Key | None] = field(default_factory=dict, init=False, repr=False)

    @cached_property
    def name(self) -> str:
        return str(self.document.name)

    def key(self, path: FieldPath) -> Key | None:
        """Return what the field sorts by, or None where the document lacks the field."""
        if path not in self._keys:
            self._keys[path] = self._compute_key(path)
        return self._keys[path]

    def _compute_key(self, path: FieldPath) -> Key | None:
        if path == NAME:
            return reference_key(self.name)
        value = read(self.document.fields, path)
        return None if value is None else sort_key(value)


@dataclass(frozen=True, slots=True)
class Scope:
    """Which documents a query looks at; without ``collection_id``, those of any collection."""

    parent: str
    collection_id: str
    all_descendants: bool

    def covers(self, collection: str) -> bool:
        """Whether documents of the collection (a full path) are looked at."""
        if not collection.startswith(f"{self.parent}/"):
            return False
        parent, _, collection_id = collection.rpartition("/")
        if self.collection_id and collection_id != self.collection_id:
            return False
        return self.all_descendants or parent == self.parent


class Documents(Protocol):
    """What reads go to: the documents now, or as they were."""

    def get(self, name: str) -> Entry | None: ...

    def scan(self, scope: Scope) -> list[Entry]: ...


class Index:
    """The documents now."""

    def __init__(self) -> None:
        self._entries: dict[str, Entry] = {}
        self._collections: dict[str, dict[str, Entry]] = {}

    def __iter__(self) -> Iterator[Entry]:
        return iter(self._entries.values())

    def get(self, name: str) -> Entry | None:
        return self._entries.get(name)

    def scan(self, scope: Scope) -> list[Entry]:
        """Return the documents in scope, in no order."""
        if scope.collection_id and not scope.all_descendants:
            return list(self._collections.get(f"{scope.parent}/{scope.collection_id}", {}).values())
        covered = (group for path, group in self._collections.items() if scope.covers(path))
        return [entry for group in covered for entry in group.values()]

    def collections(self) -> Iterator[str]:
        """Yield the full path of every collection that has a document."""
        return iter(self._collections)

    def put(self, entry: Entry) -> None:
        self._entries[entry.name] = entry
        self._collections.setdefault(parent_collection(entry.name), {})[entry.name] = entry

    def remove(self, name: str) -> None:
        if self._entries.pop(name, None) is not None:
            path = parent_collection(name)
            del self._collections[path][name]
            if not self._collections[path]:
                del self._collections[path]


class Snapshot:
    """The documents as they were when it was made: what has changed since is remembered."""

    def __init__(self, index: Index) -> None:
        self._index = index
        self._before: dict[str, Entry | None] = {}

    def remember(self, before: Mapping[str, Entry | None]) -> None:
        """Note what documents were before a change."""
        for name, entry in before.items():
            self._before.setdefault(name, entry)

    def get(self, name: str) -> Entry | None:
        return self._before[name] if name in self._before else self._index.get(name)

    def scan(self, scope: Scope) -> list[Entry]:
        kept = [entry for entry in self._index.scan(scope) if entry.name not in self._before]
        gone = (entry for entry in self._before.values() if entry is not None)
        return kept + [entry for entry in gone if scope.covers(parent_collection(entry.name))]
