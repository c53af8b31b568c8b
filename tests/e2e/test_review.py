"""A refused picture is out of sight until somebody decides; a policy can be decided anew."""

import json
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from safelight_cli.main import main
from tests.builders import jpeg, photo
from tests.e2e.pipeline import LOCATION, PROJECT, Pipeline, Upload
from tests.local_cloud import wait_until

VISION = "google.cloud.vision.v1.ImageAnnotator/BatchAnnotateImages"
PLACE = ["--project", PROJECT, "--region", LOCATION]
PATIENCE_S = 30.0

Review = Callable[..., int]


@pytest.fixture
def review(pipeline: Pipeline) -> Review:
    """Return ``safelight review`` in the reviewer's name."""
    assert pipeline.uploads.name

    def run(act: str, upload: Upload, **words: str) -> int:
        options = [part for name, word in words.items() for part in (f"--{name}", word)]
        return main(["review", act, upload.image_id, *options, *PLACE])

    return run


def refused() -> bytes:
    return (files("safelight_cli") / "samples" / "refused.jpg").read_bytes()


def hidden(pipeline: Pipeline, name: str) -> tuple[Upload, dict[str, Any]]:
    """Return a refused picture once it is out of sight."""
    upload = pipeline.upload(name, refused())
    return upload, wait_until(
        lambda: out_of_sight(pipeline, upload), PATIENCE_S, lambda: f"{pipeline.record(upload)}"
    )


def out_of_sight(pipeline: Pipeline, upload: Upload) -> dict[str, Any] | None:
    record = pipeline.record(upload)
    is_gone = pipeline.uploads.get_blob(upload.name, generation=upload.generation) is None
    return record if record and is_gone and "quarantine" in record["original"] else None


def in_state(pipeline: Pipeline, upload: Upload, state: str) -> dict[str, Any]:
    def reached() -> dict[str, Any] | None:
        record = pipeline.record(upload)
        return record if record and record["state"] == state else None

    return wait_until(reached, PATIENCE_S, lambda: f"{pipeline.record(upload)}")


def events(pipeline: Pipeline, upload: Upload) -> list[str]:
    return [entry["event"] for entry in pipeline.timeline(upload)]


def vision_calls(pipeline: Pipeline) -> int:
    calls = pipeline.cloud.ask("GET", "/_localcloud/calls")
    assert isinstance(calls, list)
    return sum(call["method"] == VISION for call in calls)


def policies(folder: Path, **rules: dict[str, str]) -> Path:
    """Return a file of policies that differ from the local one for one folder of objects only."""
    local = {"adult": "LIKELY", "racy": "VERY_LIKELY"}
    path = folder / "policies.json"
    told = [
        {
            "name": name,
            "refuseFrom": local,
            "paths": [{"prefix": "replayed/", "refuseFrom": thresholds}],
        }
        for name, thresholds in rules.items()
    ]
    path.write_text(json.dumps({"policies": told}))
    return path


def replay(file: Path, policy: str, *options: str) -> int:
    arguments = ["policy", "replay", "--policies", str(file), "--policy", policy]
    return main([*arguments, *options, *PLACE])


def test_a_refused_original_moves_to_the_quarantine_with_a_note(pipeline: Pipeline) -> None:
    upload, record = hidden(pipeline, "hide/ü +1 %#.jpg")

    place = record["original"]["quarantine"]
    assert record["state"] == "quarantined"
    assert place["bucket"] == pipeline.quarantine.name
    assert place["name"] == f"{upload.image_id}/{upload.generation}"
    copy = pipeline.quarantine.get_blob(place["name"], generation=place["generation"])
    assert copy.download_as_bytes() == refused()
    assert copy.metadata["source-name"] == upload.name
    assert events(pipeline, upload) == [
        "picture_claimed",
        "picture_quarantined",
        "original_hidden",
    ]


def test_nothing_of_a_refused_picture_can_be_read_by_anybody(pipeline: Pipeline) -> None:
    upload, record = hidden(pipeline, "hide/anonymous.jpg")
    gallery = f"http://127.0.0.1:{pipeline.cloud.port + 3}"
    page = httpx.get(f"{gallery}/images/{upload.image_id}", headers={"accept": "text/html"})
    names = [record["original"]["quarantine"]["name"], upload.name]
    buckets = ("uploads", "quarantine", "variants", "originals", "analysis")
    attempts = [
        *(f"{gallery}/variants/{upload.image_id}/{n}" for n in ("icon", "thumbnail", "display")),
        f"{gallery}/review",
        f"{gallery}/review/{upload.image_id}/picture",
        *(f"{pipeline.cloud.url}/{PROJECT}-{b}/{quote(n)}" for b in buckets for n in names),
    ]

    answers = [httpx.get(url) for url in attempts]

    assert page.status_code == 200
    assert "Held back" in page.text
    assert "<img" not in page.text
    assert [answer.status_code for answer in answers if answer.status_code < 400] == []
    assert all(refused()[:64] not in answer.content for answer in answers)
    assert pipeline.stored_variants(upload) == []


def test_an_approved_picture_is_rendered_from_the_quarantine(
    pipeline: Pipeline, review: Review
) -> None:
    upload, _ = hidden(pipeline, "approved.jpg")
    before = vision_calls(pipeline)

    status = review("approve", upload, reviewer="ann", reason="Only colours.")

    assert status == 0
    record = in_state(pipeline, upload, "ready")
    assert sorted(record["variants"]) == ["display", "icon", "small", "thumbnail"]
    assert record["review"]["reviewer"] == "ann"
    assert record["verdict"]["decision"] == "quarantined"
    entry = pipeline.timeline(upload)[3]
    assert (entry["stage"], entry["event"]) == ("review", "picture_approved")
    assert entry["detail"] == {"reviewer": "ann", "reason": "Only colours."}
    assert events(pipeline, upload)[-1] == "variants_published"
    assert pipeline.uploads.get_blob(upload.name) is None
    assert vision_calls(pipeline) == before


def test_an_approval_that_fails_half_way_can_be_given_again(
    pipeline: Pipeline, review: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    upload, _ = hidden(pipeline, "approved twice.jpg")
    commit = {"method": "google.firestore.v1.Firestore/Commit", "status": "PERMISSION_DENIED"}
    pipeline.cloud.ask("POST", "/_localcloud/faults", commit)

    assert review("approve", upload, reviewer="ann", reason="x") == 2
    held_back = pipeline.record(upload)
    assert review("approve", upload, reviewer="ann", reason="Only colours.") == 0

    assert "injected fault" in capsys.readouterr().err
    assert held_back is not None
    assert (held_back["state"], pipeline.stored_variants(upload)) == ("quarantined", [])
    in_state(pipeline, upload, "ready")
    assert events(pipeline, upload).count("picture_approved") == 1
    assert events(pipeline, upload).count("variants_published") == 1


def test_a_variant_without_an_approval_would_be_noticed(pipeline: Pipeline) -> None:
    upload, _ = hidden(pipeline, "leak.jpg")
    blob = pipeline.variants.blob(f"{upload.image_id}/{upload.generation}/icon.jpg")
    blob.upload_from_string(b"leaked")

    assert pipeline.unapproved_variants() == [blob.name]
    blob.delete()


def test_a_rejected_picture_can_be_appealed_and_then_approved(
    pipeline: Pipeline, review: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    upload, _ = hidden(pipeline, "appealed.jpg")

    assert review("reject", upload, reviewer="ann", reason="Nude.") == 0
    rejected = pipeline.record(upload)
    assert review("appeal", upload, text="Look closer.") == 0
    assert main(["review", "list", *PLACE]) == 0
    listed = capsys.readouterr().out
    assert review("approve", upload, reviewer="bob", reason="He is right.") == 0

    assert rejected is not None
    assert (rejected["state"], rejected["reason"]["code"]) == ("rejected", "rejected")
    assert f"{upload.image_id} rejected 'appealed.jpg' appeal: 'Look closer.'" in listed
    record = in_state(pipeline, upload, "ready")
    assert record["appeal"]["open"] is False
    assert events(pipeline, upload)[3:] == [
        "picture_rejected",
        "picture_appealed",
        "picture_approved",
        "variants_published",
    ]


def test_what_is_not_held_back_is_not_decided_about(
    pipeline: Pipeline, review: Review, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = pipeline.upload("fine.jpg", jpeg(photo(seed=40)))
    before = pipeline.end(upload)

    assert review("reject", upload, reviewer="ann", reason="x") == 2
    assert "not held back" in capsys.readouterr().err
    assert pipeline.record(upload) == before


def test_a_stricter_policy_withdraws_and_a_looser_one_brings_back_without_vision(
    pipeline: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upload = pipeline.upload("replayed/x.jpg", jpeg(photo(seed=41)))
    shown = pipeline.end(upload)
    rules = {"strict-test": {"adult": "VERY_UNLIKELY"}, "loose-test": {"racy": "VERY_LIKELY"}}
    file = policies(tmp_path, **rules)
    before = vision_calls(pipeline)

    assert replay(file, "strict-test") == 1
    assert f"(withdraw) {upload.image_id} unsafe_adult" in capsys.readouterr().out
    assert pipeline.record(upload) == shown

    assert replay(file, "strict-test", "--apply") == 0
    withdrawn = out_of_sight(pipeline, upload)
    assert withdrawn is not None
    assert (withdrawn["state"], withdrawn["variants"]) == ("quarantined", {})
    assert withdrawn["verdict"]["policy"] == "strict-test"
    assert pipeline.stored_variants(upload) == []
    assert replay(file, "strict-test", "--apply") == 0

    assert replay(file, "loose-test", "--apply") == 0
    record = in_state(pipeline, upload, "ready")
    assert record["verdict"] == {
        "decision": "approved",
        "reasons": [],
        "policy": "loose-test",
    }
    assert len(pipeline.stored_variants(upload)) == 4
    assert replay(file, "loose-test") == 0
    assert vision_calls(pipeline) == before


def test_a_reviewers_word_outweighs_a_policy(
    pipeline: Pipeline, review: Review, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    upload, _ = hidden(pipeline, "replayed/kept.jpg")
    review("approve", upload, reviewer="ann", reason="Only colours.")
    in_state(pipeline, upload, "ready")
    file = policies(tmp_path, strict={"adult": "UNLIKELY"})

    replay(file, "strict", "--apply")

    assert f"keep       {upload.image_id}" in capsys.readouterr().out
    record = pipeline.record(upload)
    assert record is not None
    assert record["state"] == "ready"


def test_a_policy_that_is_not_there_is_told(
    pipeline: Pipeline, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert pipeline.uploads.name

    assert replay(policies(tmp_path), "no-such-policy") == 2
    assert "there are: cloud-v1, local-v1-adult-racy-only" in capsys.readouterr().err
