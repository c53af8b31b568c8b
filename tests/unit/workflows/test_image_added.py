"""The workflow against scripted answers: what it asks, writes and decides."""

import base64
import json
from typing import Any

import pytest

from localcloud.workflows.effects import WorkflowError
from localcloud.workflows.program import WorkflowFailed
from safelight.names import image_id, render_task_id
from safelight.task import CropHint, RenderTask
from tests.local_cloud import ROOT
from tests.unit.workflows.world import Handler, World, always, answer, in_turn

SOURCE = (ROOT / "workflows" / "image-added.yaml").read_text()
EVENT = {
    "data": {
        "bucket": "b",
        "name": "ann/20261120T05Z/u1/ü +1 %#.jpg",
        "generation": "7",
        "contentType": "image/jpeg",
        "size": "352",
        "md5Hash": "m",
        "crc32c": "c",
        "timeCreated": "2026-11-20T05:06:24.279Z",
    }
}
IMAGE = image_id("b", EVENT["data"]["name"])
RECORD = f"/documents/images/{IMAGE}"
COMMITTED = {"writeResults": [{"updateTime": "2026-11-20T05:06:25Z"}, {}]}
FACE = {"x": 5, "y": 6, "width": 7, "height": 8, "confidence": 0.9}
HINT = {"x": 1, "y": 2, "width": 3, "height": 4, "confidence": 0.5}


REQUESTS = [{"image": {"source": {"imageUri": "gs://analysis/1.jpg"}}, "features": []}]
INSPECTED = {
    "outcome": "ok",
    "requests": REQUESTS,
    "responseFields": "responses(labelAnnotations)",
    "examination": '{"sha256": "x"}',
}


def described(outcome: str) -> dict[str, Any]:
    fields = {"verdict": {"nullValue": None}}
    return {"outcome": outcome, "cropHints": [HINT], "faces": [FACE], "fields": fields}


def held(generation: int, execution: str = "e0", state: str = "analyzing") -> dict[str, Any]:
    """Return a record as Firestore answers it."""
    original = {"mapValue": {"fields": {"generation": {"integerValue": str(generation)}}}}
    return {
        "updateTime": "2026-11-20T05:00:00Z",
        "fields": {
            "original": original,
            "workflowExecution": {"stringValue": execution},
            "state": {"stringValue": state},
        },
    }


def world(outcome: str = "approved", **handlers: Handler) -> World:
    """Return a world in which all goes well, but for the handlers given."""
    usual: dict[str, Handler] = {
        "commit": always(COMMITTED),
        "images/i": always({}, 404),
        "vision": always({"responses": [{"safeSearchAnnotation": {}}]}),
        "metadata.example/inspect": always(INSPECTED),
        "metadata.example/describe": always(described(outcome)),
        "copyTo": always({"generation": "9"}),
        "/b/b/o/": always({}),
        "tasks": always({}),
    }
    named = {
        "get": "images/i",
        "inspect": "metadata.example/inspect",
        "describe": "metadata.example/describe",
        "copy": "copyTo",
        "upload": "/b/b/o/",
    }
    return World({**usual, **{named.get(name, name): h for name, h in handlers.items()}})


def states(played: World) -> list[str]:
    """Return the states that were written, in order."""
    writes = [body["writes"][0]["update"]["fields"] for body in played.sent_to(":commit")]
    return [fields["state"]["stringValue"] for fields in writes if "state" in fields]


def test_a_safe_picture_is_handed_to_the_thumbnailer() -> None:
    played = world()

    result = played.play(SOURCE, EVENT)

    assert result == {"imageId": IMAGE, "outcome": "rendering"}
    assert states(played) == ["analyzing", "rendering"]
    (task,) = (body["task"] for body in played.sent_to("/queues/render/tasks"))
    assert task["name"].rpartition("/")[2] == render_task_id(IMAGE, 7, "default", 0)
    assert task["httpRequest"]["url"] == "https://thumbnailer.example/tasks/render"
    assert task["httpRequest"]["oidcToken"]["audience"] == "https://thumbnailer.example"
    sent = RenderTask.model_validate_json(base64.b64decode(task["httpRequest"]["body"]))
    assert (sent.image_id, sent.generation, sent.owner) == (IMAGE, 7, "ann")
    assert sent.name == EVENT["data"]["name"]
    assert sent.crop_hints[0].width == 3
    assert sent.faces == (CropHint(**FACE),)


def test_the_claim_creates_the_record_of_this_generation() -> None:
    played = world()

    played.play(SOURCE, EVENT)

    record, entry = played.sent_to(":commit")[0]["writes"]
    assert record["update"]["name"].endswith(RECORD)
    assert record["currentDocument"] == {"exists": False}
    original = record["update"]["fields"]["original"]["mapValue"]["fields"]
    assert original["generation"] == {"integerValue": "7"}
    assert original["uploadedAt"] == {"timestampValue": "2026-11-20T05:06:24.279Z"}
    assert entry["update"]["name"].endswith(f"{RECORD}/timeline/e1-claimed")


def test_later_writes_are_fenced_by_the_claim() -> None:
    played = world()

    played.play(SOURCE, EVENT)

    move = played.sent_to(":commit")[1]["writes"][0]
    assert move["currentDocument"] == {"updateTime": "2026-11-20T05:06:25Z"}
    assert sorted(move["updateMask"]["fieldPaths"]) == ["state", "verdict"]


@pytest.mark.parametrize(
    ("outcome", "state"),
    [
        ("quarantined", "quarantined"),
        ("failed", "failed"),
        ("", "quarantined"),
        (None, "quarantined"),
    ],
)
def test_only_an_approved_picture_is_rendered(outcome: str, state: str) -> None:
    played = world(outcome)

    result = played.play(SOURCE, EVENT)

    assert result["outcome"] == state
    assert states(played) == ["analyzing", state]
    assert played.sent_to("/tasks") == []


def test_a_generation_that_is_claimed_already_is_left_alone() -> None:
    played = world(get=always(held(7)))

    assert played.play(SOURCE, EVENT)["outcome"] == "duplicate"
    assert states(played) == []


def test_an_older_generation_is_left_alone() -> None:
    played = world(get=always(held(8)))

    assert played.play(SOURCE, EVENT)["outcome"] == "superseded"
    assert states(played) == []


def test_a_newer_generation_takes_the_record_over() -> None:
    played = world(get=always(held(6, state="ready")))

    assert played.play(SOURCE, EVENT)["outcome"] == "rendering"
    claim = played.sent_to(":commit")[0]["writes"][0]
    assert claim["currentDocument"] == {"updateTime": "2026-11-20T05:00:00Z"}
    assert "updateMask" not in claim


def test_a_claim_whose_answer_was_lost_is_recognised_as_ours() -> None:
    played = world(get=always(held(7, execution="e1")))

    assert played.play(SOURCE, EVENT)["outcome"] == "rendering"
    assert states(played) == ["rendering"]


def test_a_lost_race_for_the_claim_is_seen_as_a_duplicate() -> None:
    get = in_turn(answer({}, 404), answer(held(7)))
    played = world(get=get, commit=always({}, 409))

    assert played.play(SOURCE, EVENT)["outcome"] == "duplicate"


def test_a_verdict_for_a_replaced_generation_is_not_written() -> None:
    commit = in_turn(answer(COMMITTED), answer({}, 400))
    played = world(commit=commit, get=in_turn(answer({}, 404), answer(held(8))))

    assert played.play(SOURCE, EVENT)["outcome"] == "superseded"
    assert played.sent_to("/tasks") == []


def test_a_move_whose_answer_was_lost_goes_on() -> None:
    commit = in_turn(answer(COMMITTED), answer({}, 400))
    found = held(7, execution="e1", state="rendering")
    played = world(commit=commit, get=in_turn(answer({}, 404), answer(found)))

    assert played.play(SOURCE, EVENT)["outcome"] == "rendering"
    assert len(played.sent_to("/tasks")) == 1


@pytest.mark.parametrize(
    "vision",
    [
        always({}, 403),
        always({"responses": []}),
        always({}),
        lambda _: WorkflowError({"tags": ["TimeoutError"], "message": "TimeoutError: late"}),
    ],
)
def test_without_a_verdict_of_vision_the_metadata_function_is_told_so(vision: Handler) -> None:
    played = world("quarantined", vision=vision)

    played.play(SOURCE, EVENT)

    (asked,) = played.sent_to("metadata.example/describe")
    assert asked["responses"] is None
    assert asked["visionError"]["message"]


def test_vision_is_asked_again_while_it_is_unavailable() -> None:
    vision = in_turn(answer({}, 503), answer({}, 429), answer({"responses": [{"x": 1}]}))
    played = world(vision=vision)

    played.play(SOURCE, EVENT)

    (asked,) = played.sent_to("metadata.example/describe")
    assert (asked["responses"], asked["visionError"]) == ([{"x": 1}], None)
    assert played.slept_s == [1.0, 1.25]


def test_vision_is_asked_what_the_metadata_function_says() -> None:
    played = world()

    played.play(SOURCE, EVENT)

    (request,) = (r for r in played.requests if "vision" in r.url)
    assert "fields=responses%28labelAnnotations" in request.url
    assert request.auth is not None
    assert request.auth.kind == "OAuth2"
    assert json.loads(request.body or b"") == {"requests": REQUESTS}


def test_all_images_are_asked_about_in_one_call_and_all_answers_handed_on() -> None:
    answers = [{"a": 1}, {"error": {"code": 3}}, {}]
    inspected = {**INSPECTED, "requests": REQUESTS * 3}
    played = world(inspect=always(inspected), vision=always({"responses": answers}))

    played.play(SOURCE, EVENT)

    assert len(played.sent_to("vision")) == 1
    (asked,) = played.sent_to("metadata.example/describe")
    assert asked["responses"] == answers


def test_known_content_is_not_shown_to_vision() -> None:
    played = world(inspect=always({**INSPECTED, "requests": []}))

    result = played.play(SOURCE, EVENT)

    assert result["outcome"] == "rendering"
    assert played.sent_to("vision") == []
    (asked,) = played.sent_to("metadata.example/describe")
    assert (asked["responses"], asked["visionError"]) == (None, None)


def test_the_exact_generation_is_inspected_first_and_the_finding_carried_over() -> None:
    played = world()

    played.play(SOURCE, EVENT)

    paths = [r.url for r in played.requests if "metadata" in r.url or "vision" in r.url]
    assert [path.partition("?")[0].rpartition("/")[2] for path in paths] == [
        "inspect",
        "images:annotate",
        "describe",
    ]
    (first,), (second,) = played.sent_to("/inspect"), played.sent_to("/describe")
    assert first == {"bucket": "b", "name": EVENT["data"]["name"], "generation": "7"}
    assert first.items() <= second.items()
    assert second["examination"] == INSPECTED["examination"]
    audiences = {r.auth.audience for r in played.requests if r.auth and r.auth.kind == "OIDC"}
    assert audiences == {"https://metadata.example"}


def test_what_is_no_picture_fails_without_any_further_call() -> None:
    reason = {"mapValue": {"fields": {"code": {"stringValue": "not_an_image"}}}}
    played = world(inspect=always({"outcome": "failed", "fields": {"reason": reason}}))

    result = played.play(SOURCE, EVENT)

    assert result["outcome"] == "failed"
    assert states(played) == ["analyzing", "failed"]
    assert played.sent_to(":commit")[1]["writes"][0]["update"]["fields"]["reason"] == reason
    assert played.sent_to("vision") == played.sent_to("/describe") == []


@pytest.mark.parametrize("path", ["inspect", "describe"])
def test_a_service_that_stays_away_ends_in_a_recorded_failure(path: str) -> None:
    played = world(**{path: always({}, 503)})

    with pytest.raises(WorkflowFailed):
        played.play(SOURCE, EVENT)

    assert states(played) == ["analyzing", "failed"]
    failed = played.sent_to(":commit")[1]["writes"][0]["update"]["fields"]
    reason = failed["reason"]["mapValue"]["fields"]
    assert reason["code"] == {"stringValue": "workflow_failed"}
    assert reason["stage"] == {"stringValue": "metadata"}


def test_a_task_that_exists_is_not_a_failure() -> None:
    played = world(tasks=always({}, 409))

    assert played.play(SOURCE, EVENT)["outcome"] == "rendering"


def test_a_queue_that_stays_away_ends_in_a_recorded_failure() -> None:
    played = world(tasks=always({}, 503))

    with pytest.raises(WorkflowFailed):
        played.play(SOURCE, EVENT)

    assert states(played) == ["analyzing", "rendering", "failed"]


def test_an_object_without_optional_properties_is_processed() -> None:
    data = {"bucket": "b", "name": "x", "generation": 7}

    assert world().play(SOURCE, {"data": data})["outcome"] == "rendering"
