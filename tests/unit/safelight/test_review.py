import pytest

from safelight.review import (
    AppealedAlreadyError,
    MissingWordsError,
    NotInReviewError,
    UnknownPictureError,
    appeal,
    approve,
    is_appealed,
    opinion,
    reject,
)
from safelight.task import CropHint
from tests.unit.safelight.ledger import CrashError, FakeLedger, FakeQueue

SAID = opinion("ann@example.com", "A statue.")
HINT = {"x": 1, "y": 2, "width": 3, "height": 4, "confidence": 0.5}
FACE = {"x": 5, "y": 6, "width": 7, "height": 8, "confidence": 0.9}


def held_back(state="quarantined", **more):
    return {
        "imageId": "i1",
        "owner": "bob",
        "state": state,
        "reason": {"code": "unsafe_adult"},
        "original": {"bucket": "uploads", "name": "bob/x.jpg", "generation": 7},
        "metadata": {"cropHints": [HINT], "faces": 1, "faceBoxes": [FACE]},
        "variants": {},
        **more,
    }


def ledger_of(record):
    return FakeLedger({"i1": record})


@pytest.mark.parametrize("state", ["quarantined", "rejected"])
def test_an_approved_picture_is_enqueued_before_its_record_says_rendering(state):
    ledger = ledger_of(held_back(state))
    queue = FakeQueue(ledger.happened)

    approve(ledger, queue, "i1", SAID)

    assert ledger.happened == ["enqueued", "picture_approved"]
    record = ledger.records["i1"]
    assert (record["state"], record["reason"]) == ("rendering", None)
    assert record["review"]["decision"] == "approved"
    assert record["review"]["reviewer"] == "ann@example.com"
    assert ledger.timeline[0].detail == {"reviewer": "ann@example.com", "reason": "A statue."}


def test_its_task_says_that_the_approval_may_be_a_moment_behind():
    ledger, queue = ledger_of(held_back()), FakeQueue()

    approve(ledger, queue, "i1", SAID)

    (task, epoch), *others = queue.tasks
    assert others == []
    assert task.approving
    assert (task.image_id, task.bucket, task.name) == ("i1", "uploads", "bob/x.jpg")
    assert (task.generation, task.owner, task.crop_hints[0].width) == (7, "bob", 3)
    assert task.faces == (CropHint(**FACE),)
    assert epoch > 0


def test_a_picture_described_before_faces_were_kept_is_rendered_without():
    ledger, queue = ledger_of(held_back(metadata={"faces": 2})), FakeQueue()

    approve(ledger, queue, "i1", SAID)

    ((task, _),) = queue.tasks
    assert (task.crop_hints, task.faces) == ((), ())


def test_a_crash_before_the_move_leaves_it_to_be_approved_again_under_another_task_name():
    ledger, queue = ledger_of(held_back()), FakeQueue()
    ledger.crash_at = "picture_approved"
    with pytest.raises(CrashError):
        approve(ledger, queue, "i1", SAID)
    assert ledger.records["i1"]["state"] == "quarantined"
    ledger.crash_at = ""

    approve(ledger, queue, "i1", SAID)

    assert ledger.records["i1"]["state"] == "rendering"
    assert len(queue.tasks) == 2


def test_a_picture_that_was_decided_about_meanwhile_is_told_so():
    ledger, queue = ledger_of(held_back()), FakeQueue()
    read = ledger.read

    def read_and_let_another_reject(image_id):
        record = read(image_id)
        ledger.records["i1"]["state"] = "rejected"
        return record

    ledger.read = read_and_let_another_reject

    with pytest.raises(NotInReviewError):
        approve(ledger, queue, "i1", SAID)
    assert ledger.records["i1"]["state"] == "rejected"


def test_a_rejected_picture_stays_where_it_is_with_the_reason():
    ledger = ledger_of(held_back())

    reject(ledger, "i1", SAID)

    record = ledger.records["i1"]
    assert (record["state"], record["reason"]["code"]) == ("rejected", "rejected")
    assert record["review"]["decision"] == "rejected"
    assert ledger.happened == ["picture_rejected"]


@pytest.mark.parametrize("state", ["analyzing", "rendering", "ready", "failed", "deleted"])
def test_only_what_is_held_back_is_decided_about(state):
    ledger, queue = ledger_of(held_back(state)), FakeQueue()

    for act in (
        lambda: approve(ledger, queue, "i1", SAID),
        lambda: reject(ledger, "i1", SAID),
        lambda: appeal(ledger, "i1", "please"),
    ):
        with pytest.raises(NotInReviewError):
            act()
    assert (queue.tasks, ledger.happened) == ([], [])


def test_a_picture_whose_withdrawal_is_not_finished_is_not_approved():
    ledger, queue = ledger_of(held_back(variants={"icon": {}})), FakeQueue()

    with pytest.raises(NotInReviewError, match="withdrawn"):
        approve(ledger, queue, "i1", SAID)
    assert queue.tasks == []


def test_an_unknown_picture_is_told_so():
    with pytest.raises(UnknownPictureError):
        reject(ledger_of(held_back()), "i2", SAID)


def test_an_appeal_is_noted_once_and_answered_by_the_next_review():
    ledger = ledger_of(held_back())

    appeal(ledger, "i1", "It is a statue.\x00")

    record = ledger.records["i1"]
    assert record["appeal"]["text"] == "It is a statue."
    assert is_appealed(record)
    with pytest.raises(AppealedAlreadyError):
        appeal(ledger, "i1", "again")
    reject(ledger, "i1", SAID)
    assert not is_appealed(record)
    appeal(ledger, "i1", "Look closer.")
    assert is_appealed(record)


@pytest.mark.parametrize(("reviewer", "reason"), [("", "x"), (" \n", "x"), ("x", ""), ("x", "\t")])
def test_a_decision_has_a_name_and_a_reason(reviewer, reason):
    with pytest.raises(MissingWordsError):
        opinion(reviewer, reason)


def test_words_are_kept_short_and_without_controls():
    said = opinion("a" * 500, "one\r\n\n two\x1b[31m\n" + "b" * 5000)

    assert len(said.reviewer) == 200
    assert said.reason.startswith("one\ntwo[31m\nb")
    assert len(said.reason) == 2000
