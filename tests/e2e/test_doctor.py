"""The doctor finds a deployment well, and says what is wrong with one that is not."""

from collections.abc import Iterator

import pytest
from google.cloud import storage

from safelight_cli.main import main
from tests.e2e.pipeline import LOCATION, PROJECT, Pipeline


@pytest.fixture
def place(pipeline: Pipeline) -> list[str]:
    """Return the arguments that name the local deployment."""
    assert pipeline.uploads.name == f"{PROJECT}-uploads"
    return ["doctor", "--project", PROJECT, "--region", LOCATION]


@pytest.fixture
def uploads(pipeline: Pipeline) -> Iterator[storage.Bucket]:
    """Return the uploads bucket, which is put in order again."""
    bucket = pipeline.storage.get_bucket(pipeline.uploads.name)
    cors = bucket.cors
    yield bucket
    bucket.cors = cors
    bucket.patch()


def test_a_deployment_that_works_is_proven(
    pipeline: Pipeline, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    before = records(pipeline)

    status = main(place)

    told = capsys.readouterr().out
    assert status == 0, told
    assert "FAILED" not in told
    for name in ("bucket uploads", "queue", "workflow", "browsers may send", "signed upload"):
        assert f"ok      {name}" in told
    assert "ready with display, icon, small, thumbnail" in told
    assert records(pipeline) == before
    assert list(pipeline.storage.list_blobs(pipeline.uploads, prefix="doctor/")) == []


def test_a_bucket_that_browsers_cannot_use_is_told_with_a_way_out(
    place: list[str], uploads: storage.Bucket, capsys: pytest.CaptureFixture[str]
) -> None:
    uploads.cors = []
    uploads.patch()

    status = main(place)

    told = capsys.readouterr().out
    assert status == 1
    assert "FAILED  browsers may send" in told
    assert "-> Set the variable upload_origins" in told
    assert "1 checks failed" in told


def test_what_is_missing_is_told_and_no_picture_is_sent(
    place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    status = main([*place[:-1], "us-central1"])

    told = capsys.readouterr().out
    assert status == 1
    assert "FAILED  queue" in told
    assert "FAILED  workflow" in told
    assert "not sent, as parts are missing" in told


def test_a_picture_that_is_not_rendered_in_time_is_told_and_removed(
    pipeline: Pipeline, place: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    fault = {"method": "*Firestore/*", "status": None, "delay_s": 0.2, "count": 40}
    pipeline.cloud.ask("POST", "/_localcloud/faults", fault)

    status = main([*place, "--timeout", "0.1"])

    pipeline.cloud.ask("DELETE", "/_localcloud/faults")
    told = capsys.readouterr().out
    assert status == 1
    assert "after 0 s" in told
    assert "-> No event arrived" in told or "-> The gallery shows its timeline" in told
    assert "ok      cleaned up" in told


def records(pipeline: Pipeline) -> set[str]:
    return {document.id for document in pipeline.firestore.collection("images").stream()}
