"""What becomes of the original that the gate refuses: copied, noted, deleted, in this order."""

from typing import Any

import pytest

from localcloud.workflows.program import WorkflowFailed
from safelight.names import quarantine_object
from tests.unit.workflows.test_image_added import (
    COMMITTED,
    EVENT,
    IMAGE,
    RECORD,
    SOURCE,
    held,
    states,
    world,
)
from tests.unit.workflows.world import World, always, answer, in_turn

ENCODED = "ann%2F20261120T05Z%2Fu1%2F%C3%BC%20%2B1%20%25%23.jpg"


def play(**handlers: Any) -> World:
    played = world("quarantined", **handlers)
    result = played.play(SOURCE, EVENT)
    assert result == {"imageId": IMAGE, "outcome": "quarantined"}
    assert states(played)[:2] == ["analyzing", "quarantined"]
    return played


def calls(played: World) -> list[str]:
    """Return verb and kind of what was asked after the verdict was written."""
    kinds = {":commit": "commit", "copyTo": "copy", "/b/b/o/": "upload"}
    told = [
        f"{r.method} {next((kind for part, kind in kinds.items() if part in r.url), r.url)}"
        for r in played.requests
    ]
    verdict = [at for at, one in enumerate(told) if one == "POST commit"][1]
    return told[verdict + 1 :]


def held_with_note(generation: int = 7) -> dict[str, Any]:
    record = held(generation, execution="e1", state="quarantined")
    record["fields"]["original"]["mapValue"]["fields"]["quarantine"] = {"mapValue": {}}
    return record


def test_the_original_is_copied_noted_and_deleted() -> None:
    played = play()

    assert calls(played) == ["POST copy", "POST commit", "DELETE upload"]
    copy = next(r for r in played.requests if "copyTo" in r.url)
    target = quarantine_object(IMAGE, 7).replace("/", "%2F")
    assert f"/b/b/o/{ENCODED}/copyTo/b/p1-quarantine/o/{target}?" in copy.url
    assert "ifGenerationMatch=0" in copy.url
    assert "sourceGeneration=7" in copy.url
    deletion = played.requests[-1]
    assert deletion.url.endswith(f"/b/b/o/{ENCODED}?generation=7")


def test_the_note_is_fenced_and_changes_nothing_else() -> None:
    played = play()

    record, entry = played.sent_to(":commit")[2]["writes"]
    assert record["currentDocument"] == {"updateTime": "2026-11-20T05:06:25Z"}
    assert record["updateMask"] == {"fieldPaths": ["original.quarantine"]}
    place = record["update"]["fields"]["original"]["mapValue"]["fields"]["quarantine"]
    assert place["mapValue"]["fields"]["generation"] == {"integerValue": "9"}
    assert entry["update"]["name"].endswith(f"{RECORD}/timeline/e1-hidden")


def test_a_copy_whose_answer_was_lost_is_found() -> None:
    played = play(copy=always({}, 412), **{"/b/p1-quarantine/o/": always({"generation": "8"})})

    assert calls(played)[2:] == ["POST commit", "DELETE upload"]
    fields = played.sent_to(":commit")[2]["writes"][0]["update"]["fields"]
    place = fields["original"]["mapValue"]["fields"]["quarantine"]["mapValue"]["fields"]
    assert place["generation"] == {"integerValue": "8"}


def test_an_original_that_is_gone_leaves_nothing_to_do() -> None:
    played = play(copy=always({}, 404), upload=always({}, 404))

    assert calls(played) == ["POST copy", "GET upload"]


def test_a_missing_bucket_fails_and_leaves_the_picture_quarantined() -> None:
    get = in_turn(answer({}, 404), answer(held(7, "e1", "quarantined")))
    claimed = {"writeResults": [{"updateTime": "2026-11-20T05:06:24Z"}, {}]}
    commit = in_turn(answer(claimed), answer(COMMITTED), answer({}, 400))
    played = world("quarantined", copy=always({}, 404), get=get, commit=commit)

    with pytest.raises(WorkflowFailed, match="no bucket p1-quarantine"):
        played.play(SOURCE, EVENT)

    refused = played.sent_to(":commit")[2]["writes"][0]
    assert states(played) == ["analyzing", "quarantined", "failed"]
    assert refused["currentDocument"] == {"updateTime": "2026-11-20T05:06:24Z"}


@pytest.mark.parametrize(
    "found", [held(7, "e1", "rendering"), held_with_note(8)], ids=["approved", "replaced"]
)
def test_the_upload_stays_where_somebody_was_faster(found: dict[str, Any]) -> None:
    commit = in_turn(answer(COMMITTED), answer(COMMITTED), answer({}, 400))

    played = play(get=in_turn(answer({}, 404), answer(found)), commit=commit)

    assert "DELETE upload" not in calls(played)


def test_a_note_whose_answer_was_lost_goes_on() -> None:
    commit = in_turn(answer(COMMITTED), answer(COMMITTED), answer({}, 409))

    played = play(get=in_turn(answer({}, 404), answer(held_with_note())), commit=commit)

    assert calls(played)[-1] == "DELETE upload"


def test_an_upload_that_is_deleted_already_is_no_failure() -> None:
    played = play(upload=always({}, 404))

    assert calls(played)[-1] == "DELETE upload"


def test_each_call_is_repeated_while_a_service_is_away() -> None:
    copy = in_turn(answer({}, 503), answer({"generation": "9"}))

    played = play(copy=copy, upload=in_turn(answer({}, 503), answer({})))

    assert calls(played) == [
        "POST copy",
        "POST copy",
        "POST commit",
        "DELETE upload",
        "DELETE upload",
    ]


def test_a_superseded_verdict_hides_nothing() -> None:
    commit = in_turn(answer(COMMITTED), answer({}, 400))
    played = world("quarantined", commit=commit, get=in_turn(answer({}, 404), answer(held(8))))

    assert played.play(SOURCE, EVENT)["outcome"] == "superseded"
    assert [r for r in played.requests if "copyTo" in r.url] == []
