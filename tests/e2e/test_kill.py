"""Nothing is lost when everything dies at once."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

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


def ended(pipeline: Pipeline, uploads: list[Upload]) -> int:
    records = [pipeline.record(one) for one in uploads]
    return sum(record is not None and record["state"] == "ready" for record in records)
