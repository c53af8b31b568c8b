from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from google.api_core.exceptions import Forbidden, ServiceUnavailable
from requests.exceptions import ConnectionError as LostConnectionError

from picture import decode
from picture.limits import Limits
from picture.process.children import ChildrenClosedError
from picture.refusals import Refusal
from safelight.record import State
from safelight.task import RenderTask
from tests.unit.thumbnailer.fakes import FakeOriginals, FakeRecords, FakeVariants, InProcess
from tests.unit.thumbnailer.pictures import detailed, encoded
from thumbnailer.order import Order, Rendered
from thumbnailer.outcome import PostponedError
from thumbnailer.recipes import digest, load
from thumbnailer.render import Studio, render

NOW = datetime(2030, 5, 17, 12, tzinfo=UTC)
TASK = RenderTask(image_id="i1", bucket="uploads", name="a/ü +1 %#.jpg", generation=7, owner="Ada")
PHOTO = encoded(detailed((640, 480)))


@dataclass
class World:
    records: FakeRecords
    originals: FakeOriginals
    variants: FakeVariants
    studio: Studio


@pytest.fixture
def world() -> Iterator[World]:
    decode.prepare(Limits())
    records = FakeRecords({"imageId": "i1", "state": "rendering", "original": {"generation": 7}})
    originals = FakeOriginals({("uploads", "a/ü +1 %#.jpg", 7): PHOTO})
    variants = FakeVariants()
    with ThreadPoolExecutor(4) as uploads:
        yield World(records, originals, variants, build(records, originals, variants, uploads))


def build(
    records: FakeRecords, originals: FakeOriginals, variants: FakeVariants, uploads: Executor
) -> Studio:
    return Studio(
        records=records,
        originals=originals,
        variants=variants,
        renderer=InProcess(),
        book=load(),
        uploads=uploads,
        limits=Limits(),
        max_attempts=3,
        now=lambda: NOW,
    )


def test_a_picture_becomes_ready_with_all_its_variants(world: World) -> None:
    outcome = render(world.studio, TASK, 1)

    assert outcome.result == "ready"
    record = world.records.record
    assert record["state"] == State.READY
    assert record["thumbnailCreated"] is True
    assert record["attempts"] == 1
    shapes = {name: (one["width"], one["height"]) for name, one in record["variants"].items()}
    assert shapes == {
        "thumbnail": (300, 300),
        "icon": (128, 128),
        "small": (100, 75),
        "display": (640, 480),
    }


def test_variants_are_named_by_image_generation_and_recipes(world: World) -> None:
    render(world.studio, TASK, 1)

    assert world.variants.editions == {digest(load().sets["default"])}
    assert set(world.variants.stored) == {
        "i1/7/thumbnail.jpg",
        "i1/7/icon.jpg",
        "i1/7/small.jpg",
        "i1/7/display.jpg",
    }


def test_what_is_superseded_is_removed_once_the_new_is_published(world: World) -> None:
    world.variants.old = ["i1/7/old/icon.jpg"]

    render(world.studio, TASK, 1)

    assert world.variants.removed == ["i1/7/old/icon.jpg"]


def test_a_late_worker_removes_nothing(world: World) -> None:
    world.variants.old = ["i1/7/new/icon.jpg"]
    studio = replace(world.studio, renderer=Meanwhile(world.records, data_is_good=True))

    render(studio, TASK, 1)

    assert world.variants.removed == []


def test_the_timeline_tells_what_was_published(world: World) -> None:
    render(world.studio, TASK, 2)

    (entry,) = world.records.timeline
    assert (entry.stage, entry.event, entry.attempt) == ("thumbnailer", "variants_published", 2)
    assert entry.detail == {"variants": ["display", "icon", "small", "thumbnail"]}


def test_the_record_tells_each_operation_and_when_work_began(world: World) -> None:
    world.records.record["processing"] = {"startedAt": datetime(2030, 5, 17, 11, 59, tzinfo=UTC)}

    render(world.studio, TASK, 1)

    processing = world.records.record["processing"]
    assert processing["durationMs"] == 60_000
    names = [operation["name"] for operation in processing["operations"]]
    assert names[:2] == ["read_record", "fetch_original"]
    assert {"decode_scaled", "encode_all", "store_variants"} <= set(names)


def test_a_picture_that_cannot_be_rendered_is_recorded(world: World) -> None:
    world.originals.objects["uploads", TASK.name, 7] = b"just text"

    outcome = render(world.studio, TASK, 1)

    assert outcome.result == "failed"
    assert world.records.record["state"] == State.FAILED
    reason = {
        "code": "not_an_image",
        "message": "The file is not an image.",
        "stage": "thumbnailer",
    }
    assert world.records.record["reason"] == reason
    assert world.records.timeline[0].event == "render_failed"
    assert world.variants.stored == {}


def test_an_original_that_is_gone_is_recorded(world: World) -> None:
    world.originals.objects.clear()

    outcome = render(world.studio, TASK, 1)

    assert outcome.reason is not None
    assert outcome.reason.code == "original_gone"


def test_a_recipe_set_that_does_not_exist_is_recorded(world: World) -> None:
    outcome = render(world.studio, TASK.model_copy(update={"recipes": "fancy"}), 1)

    assert outcome.reason is not None
    assert outcome.reason.code == "unknown_recipes"
    assert "fancy" in outcome.reason.message


@pytest.mark.parametrize(
    "record",
    [
        {},
        {"imageId": "i1", "state": "rendering", "original": {"generation": 8}},
        {"imageId": "i1", "state": "ready", "original": {"generation": 7}},
        {"imageId": "i1", "state": "quarantined", "original": {"generation": 7}},
        {"imageId": "i1", "state": "deleted", "original": {"generation": 7}},
    ],
)
def test_a_record_that_awaits_nothing_is_left_alone(world: World, record: dict[str, Any]) -> None:
    world.records.record = dict(record)

    outcome = render(world.studio, TASK, 1)

    assert outcome.result == "stale"
    assert world.records.record == record
    assert world.records.timeline == []
    assert world.variants.stored == {}


@dataclass
class Meanwhile(InProcess):
    """Renders, while a newer generation takes the record."""

    records: FakeRecords
    data_is_good: bool

    def render(self, original: int, order: Order) -> Rendered:
        self.records.record["original"] = {"generation": 8}
        if not self.data_is_good:
            raise Refusal("not_an_image")
        return super().render(original, order)


@pytest.mark.parametrize("data_is_good", [True, False])
def test_a_late_worker_does_not_touch_a_newer_generation(
    world: World, *, data_is_good: bool
) -> None:
    studio = replace(world.studio, renderer=Meanwhile(world.records, data_is_good))

    outcome = render(studio, TASK, 1)

    assert outcome.result == "stale"
    assert world.records.record["state"] == "rendering"
    assert "variants" not in world.records.record
    assert world.records.timeline == []


TRANSIENT = [
    ServiceUnavailable("down"),
    Forbidden("not yet"),
    LostConnectionError(),
    ChildrenClosedError(),
]


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_passing_fault_is_left_to_another_attempt(world: World, fault: Exception) -> None:
    world.variants.fault = fault

    with pytest.raises(PostponedError) as postponed:
        render(world.studio, TASK, 2)

    assert postponed.value.__cause__ is fault
    assert world.records.record["state"] == "rendering"
    assert world.records.timeline == []


@pytest.mark.parametrize("fault", TRANSIENT)
def test_a_fault_that_does_not_pass_is_recorded_at_last(world: World, fault: Exception) -> None:
    world.originals.fault = fault

    outcome = render(world.studio, TASK, 3)

    assert outcome.result == "failed"
    assert world.records.record["reason"]["code"] == "attempts_used_up"
    assert world.records.record["attempts"] == 3


def test_the_same_task_twice_has_one_effect(world: World) -> None:
    render(world.studio, TASK, 1)
    before = dict(world.records.record)

    outcome = render(world.studio, TASK, 1)

    assert outcome.result == "stale"
    assert world.records.record == before
    assert len(world.records.timeline) == 1


def test_hints_of_the_task_move_the_crop(world: World) -> None:
    hints = ({"x": 0, "y": 0, "width": 50, "height": 480, "confidence": 0.9},)
    world.records.record["state"] = "rendering"
    task = RenderTask.model_validate({**TASK.model_dump(), "crop_hints": hints})

    render(world.studio, TASK, 1)
    middle = world.variants.stored["i1/7/icon.jpg"].data
    world.records.record["state"] = "rendering"
    render(world.studio, task, 1)

    assert world.variants.stored["i1/7/icon.jpg"].data != middle


def test_an_original_in_quarantine_is_read_from_there(world: World) -> None:
    place = {"bucket": "quarantine", "name": "i1/7", "generation": 9}
    world.records.record["original"]["quarantine"] = place
    world.originals.objects = {("quarantine", "i1/7", 9): PHOTO}

    assert render(world.studio, TASK, 1).result == "ready"
    assert "i1/7/thumbnail.jpg" in world.variants.stored


@pytest.mark.parametrize("state", ["quarantined", "rejected"])
def test_a_task_whose_approval_is_not_written_yet_is_tried_again(world: World, state: str) -> None:
    world.records.record["state"] = state
    task = TASK.model_copy(update={"approving": True})

    with pytest.raises(PostponedError) as postponed:
        render(world.studio, task, 1)

    assert postponed.value.code == "not_approved_yet"
    assert world.variants.stored == {}
    world.records.record["state"] = "rendering"
    assert render(world.studio, task, 2).result == "ready"


def test_a_task_whose_approval_never_comes_ends_without_a_trace(world: World) -> None:
    world.records.record["state"] = "quarantined"
    task = TASK.model_copy(update={"approving": True})

    outcome = render(world.studio, task, 3)

    assert outcome.result == "stale"
    assert (world.records.record["state"], world.variants.stored) == ("quarantined", {})


def test_no_other_task_waits_for_an_approval(world: World) -> None:
    world.records.record["state"] = "quarantined"

    assert render(world.studio, TASK, 1).result == "stale"
