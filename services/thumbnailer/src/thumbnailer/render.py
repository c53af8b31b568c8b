"""Renders one picture: fetch, decode in a child, store, publish, report.

Every outcome but a transient error ends the task. A picture that will never render is
recorded as failed; one whose record has moved on is left alone.
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import IO, Any, Protocol

from google.api_core.exceptions import GoogleAPIError
from google.auth.exceptions import TransportError
from google.cloud.storage.exceptions import DataCorruption
from requests.exceptions import RequestException

from picture.limits import Limits
from picture.process.children import ChildrenClosedError, ChildStartError
from picture.refusals import Refusal, to_error
from safelight.errors import (
    AttemptsUsedUpError,
    GoogleUnavailableError,
    NotApprovedYetError,
    PermanentError,
    TransientError,
)
from safelight.record import Entry, Reason, State
from safelight.records import StaleError
from safelight.task import CropHint, RenderTask
from thumbnailer.files import Encoded
from thumbnailer.focus import Advice, Hint
from thumbnailer.order import Operation, Order, Rendered, Signature
from thumbnailer.outcome import Outcome, PostponedError
from thumbnailer.recipes import Book, RecipeSet, digest
from thumbnailer.variants import Published

STAGE = "thumbnailer"

TRANSIENT = (
    TransientError,
    GoogleAPIError,
    TransportError,
    RequestException,
    DataCorruption,
    ChildStartError,
    ChildrenClosedError,
)
"""What another attempt may cure."""


class Records(Protocol):
    def read(self, image_id: str) -> Mapping[str, Any] | None: ...

    def move(  # noqa: PLR0913 -- as safelight.records has it
        self,
        image_id: str,
        generation: int,
        *,
        before: State,
        after: State,
        fields: Mapping[str, Any],
        entry: Entry,
    ) -> None: ...


class Originals(Protocol):
    def fetch(self, bucket: str, name: str, generation: int) -> IO[bytes]: ...


class Variants(Protocol):
    def store(
        self, task: RenderTask, variant: Encoded, *, edition: str, cache_control: str
    ) -> Published: ...

    def superseded(self, task: RenderTask, edition: str) -> Sequence[Any]: ...

    def remove(self, superseded: Sequence[Any]) -> None: ...


class Renderer(Protocol):
    def render(self, original: int, order: Order) -> Rendered: ...


@dataclass(frozen=True)
class Studio:
    """All that rendering needs from outside."""

    records: Records
    originals: Originals
    variants: Variants
    renderer: Renderer
    book: Book
    uploads: Executor
    limits: Limits
    max_attempts: int
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


@dataclass
class _Job:
    """One attempt at a task, and its operations so far."""

    task: RenderTask
    attempt: int
    started_at: datetime
    operations: list[Operation] = field(default_factory=list)

    @contextmanager
    def operation(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        try:
            yield
        finally:
            spent_ms = (time.perf_counter() - began) * 1000
            self.operations.append(Operation(name, round(spent_ms, 1)))


def render(studio: Studio, task: RenderTask, attempt: int) -> Outcome:
    """Do the task, and tell how it ended. Raises PostponedError if it may be tried again."""
    job = _Job(task, attempt, studio.now())
    try:
        return _attempt(studio, job)
    except StaleError:
        return Outcome("stale", operations=tuple(job.operations))
    except Refusal as refusal:
        return _fail(studio, job, to_error(refusal))
    except PermanentError as error:
        return _fail(studio, job, error)
    except TRANSIENT as error:
        if attempt < studio.max_attempts:
            raise _postponed(error) from error
        return _fail(studio, job, AttemptsUsedUpError())


def _postponed(error: Exception) -> PostponedError:
    known = error if isinstance(error, TransientError) else GoogleUnavailableError()
    return PostponedError(known.code, known.message)


def _attempt(studio: Studio, job: _Job) -> Outcome:
    with job.operation("read_record"):
        record = studio.records.read(job.task.image_id) or {}
    _check_awaited(record, job.task)
    recipes = studio.book.choose(job.task.recipes, job.task.name, job.task.owner)
    rendered = _render(studio, job, record, recipes)
    with job.operation("store_variants"):
        # What is listed before the publication cannot be part of a later one.
        superseded = studio.uploads.submit(studio.variants.superseded, job.task, digest(recipes))
        published = _store(studio, job.task, rendered, recipes)
        outdated = superseded.result()
    with job.operation("publish"):
        _publish(studio, job, record, published)
    studio.variants.remove(outdated)
    return Outcome("ready", operations=tuple(job.operations))


def _check_awaited(record: Mapping[str, Any], task: RenderTask) -> None:
    """Raise StaleError for a picture that is not, NotApprovedYetError if it may soon be awaited.

    A task is enqueued before its approval is written, so that no approved picture is without.
    """
    state = record.get("state")
    is_same = record.get("original", {}).get("generation") == task.generation
    if is_same and state == State.RENDERING:
        return
    if is_same and task.approving and state in {State.QUARANTINED, State.REJECTED}:
        raise NotApprovedYetError
    raise StaleError(f"{task.image_id} does not await this generation")


def _render(studio: Studio, job: _Job, record: Mapping[str, Any], recipes: RecipeSet) -> Rendered:
    task = job.task
    with job.operation("fetch_original"):
        original = studio.originals.fetch(*_place(record, task))
    came = record["original"].get("uploadedAt") or job.started_at
    signature = Signature(task.owner, f"{came:%Y-%m-%d}")
    advice = Advice(_hints(task.crop_hints), _hints(task.faces))
    with original, job.operation("render"):
        order = Order(recipes, signature, advice, studio.limits)
        rendered = studio.renderer.render(original.fileno(), order)
    job.operations.extend(rendered.operations)
    return rendered


def _place(record: Mapping[str, Any], task: RenderTask) -> tuple[str, str, int]:
    """Return bucket, name and generation: those of the quarantine for an original that is there."""
    moved = record["original"].get("quarantine")
    if moved:
        return moved["bucket"], moved["name"], moved["generation"]
    return task.bucket, task.name, task.generation


def _hints(regions: tuple[CropHint, ...]) -> tuple[Hint, ...]:
    return tuple(
        Hint(one.x, one.y, one.x + one.width, one.y + one.height, one.confidence) for one in regions
    )


def _store(
    studio: Studio, task: RenderTask, rendered: Rendered, recipes: RecipeSet
) -> list[Published]:
    named = {recipe.name: recipe for recipe in recipes}
    edition = digest(recipes)

    def store(variant: Encoded) -> Published:
        cache_control = named[variant.recipe].cache_control
        return studio.variants.store(task, variant, edition=edition, cache_control=cache_control)

    return list(studio.uploads.map(store, rendered.variants))


def _publish(
    studio: Studio, job: _Job, record: Mapping[str, Any], published: list[Published]
) -> None:
    fields = {
        "variants": {variant.name: variant.to_document() for variant in published},
        "thumbnailCreated": True,
        "reason": None,
        "attempts": job.attempt,
        "processing": _processing(studio, job, record),
    }
    names = {"variants": sorted(variant.name for variant in published)}
    _move(studio, job, State.READY, fields, event="variants_published", detail=names)


def _fail(studio: Studio, job: _Job, error: PermanentError) -> Outcome:
    """Record why there will be no variants; a record that has moved on is left alone."""
    reason = Reason(error.code, error.message, STAGE)
    fields = {
        "reason": reason.to_document(),
        "attempts": job.attempt,
        "processing": _processing(studio, job, {}),
    }
    detail = {"code": reason.code, "message": reason.message}
    try:
        _move(studio, job, State.FAILED, fields, event="render_failed", detail=detail)
    except StaleError:
        return Outcome("stale", reason, tuple(job.operations))
    return Outcome("failed", reason, tuple(job.operations))


def _move(
    studio: Studio,
    job: _Job,
    after: State,
    fields: Mapping[str, Any],
    **said: Any,
) -> None:
    spent_ms = _milliseconds(job.started_at, studio.now())
    studio.records.move(
        job.task.image_id,
        job.task.generation,
        before=State.RENDERING,
        after=after,
        fields=fields,
        entry=Entry(STAGE, attempt=job.attempt, duration_ms=spent_ms, **said),
    )


def _processing(studio: Studio, job: _Job, record: Mapping[str, Any]) -> dict[str, Any]:
    earlier = record.get("processing") or {}
    started_at, finished_at = earlier.get("startedAt") or job.started_at, studio.now()
    return {
        "startedAt": started_at,
        "finishedAt": finished_at,
        "durationMs": _milliseconds(started_at, finished_at),
        "operations": [
            {"name": operation.name, "durationMs": operation.duration_ms}
            for operation in job.operations
        ],
    }


def _milliseconds(start: datetime, end: datetime) -> int:
    return round((end - start).total_seconds() * 1000)
