"""Nothing is lost when everything dies at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.resources import files
from pathlib import Path
from typing import Any

from tests.builders import jpeg, photo
from tests.e2e.pipeline import Pipeline, Upload
from tests.local_cloud import ROOT, LocalCloud, apply_environment, wait_until

PICTURES = 50


def test_a_kill_in_the_middle_of_uploads_loses_nothing(tmp_path: Path) -> None:
    stack = ROOT / "localcloud" / "stack.yaml"
    with LocalCloud(tmp_path / "data", stack, services=3) as cloud:
        cloud.start()
        apply_environment(cloud.environment())
        with closing(Pipeline(cloud)) as pipeline:
            kill_in_the_middle(pipeline)
        assert cloud.stop() == 0, cloud.log_tail()


def kill_in_the_middle(pipeline: Pipeline) -> None:
    contents = [jpeg(photo(240, 180, seed=n)) for n in range(5)]

    def upload(number: int) -> Upload:
        return pipeline.upload(f"kill/{number}.jpg", contents[number % len(contents)])

    with ThreadPoolExecutor(8) as pool:
        uploads = list(pool.map(upload, range(PICTURES)))
    wait_until(lambda: ended(pipeline, uploads) >= 5, 60)
    pipeline.cloud.kill()
    pipeline.cloud.start()
    records = [pipeline.end(one, 120, every_s=0.2) for one in uploads]

    assert [record["state"] for record in records] == ["ready"] * PICTURES
    for one in uploads:
        assert len(pipeline.stored_variants(one)) == 4
        events = [entry["event"] for entry in pipeline.timeline(one)]
        assert events == ["picture_claimed", "picture_approved", "variants_published"]
    assert pipeline.unapproved_variants() == []


def test_a_kill_while_a_refused_original_is_hidden_leaves_no_half(tmp_path: Path) -> None:
    stack = ROOT / "localcloud" / "stack.yaml"
    with LocalCloud(tmp_path / "data", stack, services=3) as cloud:
        cloud.start()
        apply_environment(cloud.environment())
        with closing(Pipeline(cloud)) as pipeline:
            kill_before_the_deletion(pipeline)
        assert cloud.stop() == 0, cloud.log_tail()


def kill_before_the_deletion(pipeline: Pipeline) -> None:
    fault = {"method": "storage.objects.delete", "count": 3}
    pipeline.cloud.ask("POST", "/_localcloud/faults", fault)
    refused = (files("safelight_cli") / "samples" / "refused.jpg").read_bytes()
    upload = pipeline.upload("refused.jpg", refused)

    def original() -> dict[str, Any]:
        return (pipeline.record(upload) or {}).get("original") or {}

    def live() -> bool:
        return pipeline.uploads.get_blob(upload.name) is not None

    wait_until(lambda: "quarantine" in original(), 60)
    before = original()
    was_live = live()
    pipeline.cloud.kill()
    pipeline.cloud.start()
    wait_until(lambda: not live(), 60)

    assert was_live
    assert original() == before
    assert len(list(pipeline.quarantine.list_blobs())) == 1
    events = [entry["event"] for entry in pipeline.timeline(upload)]
    assert events == ["picture_claimed", "picture_quarantined", "original_hidden"]


def ended(pipeline: Pipeline, uploads: list[Upload]) -> int:
    records = [pipeline.record(one) for one in uploads]
    return sum(record is not None and record["state"] == "ready" for record in records)
