"""Stand-ins for what lies outside of the thumbnailer, as small as they can be."""

import io
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from safelight.errors import OriginalGoneError
from safelight.record import Entry, State, check_move
from safelight.records import StaleError
from safelight.task import RenderTask
from thumbnailer import steps
from thumbnailer.files import Encoded
from thumbnailer.order import Order, Rendered
from thumbnailer.variants import Published


@dataclass
class FakeRecords:
    record: dict[str, Any]
    timeline: list[Entry] = field(default_factory=list)

    def read(self, image_id: str) -> Mapping[str, Any] | None:
        return self.record if self.record.get("imageId") == image_id else None

    def move(  # noqa: PLR0913 -- as safelight.records has it
        self,
        image_id: str,
        generation: int,
        *,
        before: State,
        after: State,
        fields: Mapping[str, Any],
        entry: Entry,
    ) -> None:
        check_move(before, after)
        seen = self.record["imageId"], self.record["original"]["generation"], self.record["state"]
        if seen != (image_id, generation, before):
            raise StaleError(str(seen))
        self.record |= {**fields, "state": after}
        self.timeline.append(entry)


@dataclass
class FakeOriginals:
    objects: dict[tuple[str, str, int], bytes]
    fault: Exception | None = None

    def fetch(self, bucket: str, name: str, generation: int) -> IO[bytes]:
        if self.fault:
            raise self.fault
        if (bucket, name, generation) not in self.objects:
            raise OriginalGoneError
        file = os.fdopen(os.memfd_create("original"), "w+b")
        file.write(self.objects[bucket, name, generation])
        file.flush()
        return file


@dataclass
class FakeVariants:
    stored: dict[str, Encoded] = field(default_factory=dict)
    editions: set[str] = field(default_factory=set)
    old: list[str] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    fault: Exception | None = None

    def store(
        self, task: RenderTask, variant: Encoded, *, edition: str, cache_control: str
    ) -> Published:
        if self.fault:
            raise self.fault
        name = f"{task.image_id}/{task.generation}/{variant.name}.{variant.extension}"
        assert cache_control
        self.editions.add(edition)
        self.stored[name] = variant
        shape = variant.width, variant.height, len(variant.data)
        return Published(variant.name, f"gs://v/{name}", *shape, "image/jpeg", "crc", 1)

    def superseded(self, task: RenderTask, edition: str) -> list[str]:
        assert task
        assert edition
        return self.old

    def remove(self, superseded: Iterable[str]) -> None:
        self.removed += superseded


class InProcess:
    """Renders without a child: what is tested with it is not how pictures are decoded."""

    def render(self, original: int, order: Order) -> Rendered:
        with io.FileIO(os.dup(original)) as file:
            file.seek(0)
            return steps.render(file.read(), order)
