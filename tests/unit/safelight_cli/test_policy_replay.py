import io
from collections import Counter
from types import SimpleNamespace

import pytest

from safelight.policy import Policy
from safelight.record import State
from safelight.vision import Category, Likelihood
from safelight_cli.policy.apply import Applier
from safelight_cli.policy.plan import step_of
from safelight_cli.policy.replay import Tally, replay
from safelight_cli.policy.run import Screen
from tests.unit.safelight.ledger import FakeLedger, FakeQueue

STRICT = Policy("strict", {Category.ADULT: Likelihood.UNLIKELY})
LOOSE = Policy("loose", {Category.ADULT: Likelihood.VERY_LIKELY})
PLACE = {"bucket": "q", "name": "i1/7", "generation": 9}


def picture(number, state="ready", adult="LIKELY", **more):
    return {
        "imageId": f"i{number}",
        "state": state,
        "original": {"bucket": "u", "name": f"{number}.jpg", "generation": 7},
        "metadata": {"safeSearch": {"adult": adult}, "cropHints": []},
        "variants": {"icon": {"uri": "gs://v/x", "generation": 1}} if state == "ready" else {},
        **more,
    }


class FakeQuarantine:
    def __init__(self, ledger):
        self.ledger = ledger

    def hide(self, ledger, image_id, record):
        assert ledger is self.ledger
        assert record["original"]["generation"] == 7
        assert ledger.records[image_id]["state"] == "quarantined"
        ledger.records[image_id]["variants"] = {}
        ledger.records[image_id]["original"]["quarantine"] = PLACE
        ledger.happened.append("hidden")
        return True


@pytest.fixture
def world():
    ledger = FakeLedger({})
    queue = FakeQueue(ledger.happened)
    applier = Applier(ledger, queue, FakeQuarantine(ledger))
    return SimpleNamespace(ledger=ledger, queue=queue, applier=applier)


def apply(world, record, policy):
    world.ledger.records[record["imageId"]] = record
    return world.applier.apply(step_of(record, policy))


def test_a_picture_is_withdrawn_before_anything_of_it_is_removed(world):
    record = picture(1)

    assert apply(world, record, STRICT)

    assert world.ledger.happened == ["picture_withdrawn", "hidden"]
    assert record["state"] == State.QUARANTINED
    assert record["reason"]["code"] == "unsafe_adult"
    assert record["verdict"] == {
        "decision": "quarantined",
        "reasons": ["unsafe_adult"],
        "policy": "strict",
    }
    assert world.ledger.timeline[0].detail == {"policy": "strict", "reasons": ["unsafe_adult"]}


def test_a_picture_is_released_through_the_queue(world):
    record = picture(1, "quarantined")
    record["original"]["quarantine"] = PLACE

    assert apply(world, record, LOOSE)

    assert world.ledger.happened == ["enqueued", "picture_approved"]
    assert (record["state"], record["reason"]) == ("rendering", None)
    assert record["verdict"]["policy"] == "loose"


def test_a_withdrawal_that_was_interrupted_is_finished_before_the_picture_is_released(world):
    record = picture(1, "quarantined", variants={"icon": {}})

    assert apply(world, record, LOOSE)

    assert world.ledger.happened == ["hidden", "enqueued", "picture_approved"]


def test_a_picture_that_has_moved_on_remains_for_the_next_time(world):
    record = picture(1)
    step = step_of(record, STRICT)
    world.ledger.records["i1"] = {**record, "state": "analyzing", "original": {"generation": 8}}

    assert world.applier.apply(step) is False
    assert world.ledger.happened == []


def test_a_dry_run_counts_and_changes_nothing():
    tally, told = Tally(), []
    pages = [[picture(1), picture(2, adult="UNLIKELY")], [picture(3, adult="VERY_UNLIKELY")]]

    replay(pages, STRICT, None, tally, told.extend)

    assert [one.step.image_id for one in told] == ["i1", "i2"]
    assert (tally.seen, tally.remaining, tally.last) == (3, 2, "i3")
    assert tally.acts == Counter(withdraw=2)
    assert pages[0][0]["state"] == "ready"


def test_what_remains_after_applying_is_told():
    tally, told = Tally(), []

    def act(step):
        return step.image_id != "i2"

    replay([[picture(1), picture(2), picture(3)]], STRICT, act, tally, told.extend)

    assert [one.is_done for one in told] == [True, False, True]
    assert tally.remaining == 1


def test_a_replay_that_fails_tells_up_to_where_all_is_done():
    def failing(step):
        if step.image_id == "i3":
            raise ConnectionError
        return True

    tally = Tally()

    with pytest.raises(ConnectionError):
        replay([[picture(1)], [picture(2), picture(3)]], STRICT, failing, tally, lambda _: None)

    assert tally.last == "i1"


def test_the_summary_says_what_each_number_means():
    out, aside = io.StringIO(), io.StringIO()
    tally = Tally()
    screen = Screen(out, aside, 2, tally)
    replay([[picture(1), picture(2, "quarantined")]], STRICT, None, tally, screen.tell)

    screen.sum_up(STRICT, applied=False)

    assert out.getvalue().splitlines()[0] == "(withdraw) i1 unsafe_adult '1.jpg'"
    assert "1 shown, to be withdrawn" in aside.getvalue()
    assert "Nothing was changed" in aside.getvalue()
