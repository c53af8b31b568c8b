import threading
from dataclasses import dataclass, field

import pytest

from safelight.task import RenderTask
from thumbnailer.outcome import Outcome
from thumbnailer.workshop import UnfitError, Workshop

TASK = RenderTask(image_id="i1", bucket="uploads", name="a.jpg", generation=7)


@dataclass
class Equipment:
    closed: list[float] = field(default_factory=list)

    def render(self, _task: RenderTask, _attempt: int) -> Outcome:
        return Outcome("ready")

    def close(self, patience_s: float) -> None:
        self.closed.append(patience_s)


def test_a_task_that_comes_early_waits_for_the_equipment() -> None:
    begun, outcomes = threading.Event(), []

    def equip() -> Equipment:
        assert begun.wait(5)
        return Equipment()

    workshop = Workshop(equip)
    opening = threading.Thread(target=workshop.open)
    early = threading.Thread(target=lambda: outcomes.append(workshop.render(TASK, 1)))
    opening.start()
    early.start()
    was_ready = workshop.ready.is_set()
    begun.set()
    early.join(5)
    opening.join(5)

    assert not was_ready
    assert workshop.ready.is_set()
    assert outcomes == [Outcome("ready")]


def test_what_keeps_the_equipment_away_is_told() -> None:
    def equip() -> Equipment:
        raise OSError("no memory")

    workshop = Workshop(equip)

    with pytest.raises(OSError, match="no memory"):
        workshop.open()
    assert not workshop.ready.is_set()
    workshop.close(1.0)


def test_the_equipment_is_let_go() -> None:
    equipment = Equipment()
    workshop = Workshop(lambda: equipment)

    workshop.close(1.0)
    workshop.open()
    workshop.close(2.0)

    assert equipment.closed == [2.0]


def test_why_there_will_be_no_equipment_is_kept() -> None:
    def equip() -> Equipment:
        raise UnfitError("no recipes")

    workshop = Workshop(equip)
    before = workshop.fault
    with pytest.raises(UnfitError):
        workshop.open()

    assert before is None
    assert str(workshop.fault) == "no recipes"
