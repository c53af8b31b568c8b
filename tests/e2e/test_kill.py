"""Nothing is lost when everything dies at once."""

import contextlib
import os
import random
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from google.api_core.exceptions import PreconditionFailed
from google.cloud import firestore
from google.cloud.storage.retry import DEFAULT_RETRY

from safelight.names import image_id
from tests.builders import jpeg, photo
from tests.e2e.pipeline import Pipeline, Upload
from tests.local_cloud import ROOT, LocalCloud, apply_environment, wait_until
from tests.processes import descendants

PICTURES = 50
AT_A_TIME = 4
SEEDED = random.Random(20_261_120)
IMPATIENT = DEFAULT_RETRY.with_delay(0.1, 0.5).with_timeout(120)


@pytest.fixture
def pipeline(tmp_path: Path) -> Iterator[Pipeline]:
    stack = ROOT / "localcloud" / "stack.yaml"
    with LocalCloud(tmp_path / "data", stack, services=3) as cloud:
        cloud.start()
        apply_environment(cloud.environment())
        with closing(Pipeline(cloud)) as pipeline:
            yield pipeline
        assert cloud.stop() == 0, cloud.log_tail()


def test_three_kills_in_the_middle_of_uploads_lose_nothing(pipeline: Pipeline) -> None:
    contents = [jpeg(photo(240, 180, seed=n)) for n in range(5)]
    uploads: list[Upload] = []

    def upload(number: int) -> None:
        uploads.append(insist(pipeline, f"kill/{number}.jpg", contents[number % len(contents)]))

    moments = sorted(SEEDED.sample(range(10, PICTURES - 5), 3))
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        for first, moment in pairwise([0, *moments]):
            sent = pool.map(upload, range(first, moment))
            on_their_way, done = SEEDED.randint(0, AT_A_TIME), SEEDED.randint(0, first)
            wait_until(lambda least=moment - on_their_way: len(uploads) >= least, 60)
            wait_until(lambda least=done: ready(pipeline) >= least, 60, every_s=0.1)
            kill_everything(pipeline.cloud)
            pipeline.cloud.start()
            list(sent)
        list(pool.map(upload, range(moments[-1], PICTURES)))
    records = [pipeline.end(one, 120, every_s=0.2) for one in uploads]

    assert [record["reason"] for record in records if record["state"] != "ready"] == []
    assert len(records) == PICTURES
    for one, record in zip(uploads, records, strict=True):
        published = [v["uri"].split("/", 3)[3] for v in record["variants"].values()]
        assert len(published) == 4
        assert pipeline.stored_variants(one) == sorted(published)
        events = [entry["event"] for entry in pipeline.timeline(one)]
        assert events == ["picture_claimed", "picture_approved", "variants_published"]
    assert pipeline.unapproved_variants() == []


def ready(pipeline: Pipeline) -> int:
    """Return how many pictures are ready."""
    is_ready = firestore.FieldFilter("state", "==", "ready")
    ((found,),) = pipeline.firestore.collection("images").where(filter=is_ready).count().get()
    return int(found.value)


def insist(pipeline: Pipeline, name: str, content: bytes) -> Upload:
    """Upload as often as it takes; what arrived without an answer is not sent again."""
    blob = pipeline.uploads.blob(name)
    try:
        blob.upload_from_string(
            content, content_type="image/jpeg", if_generation_match=0, retry=IMPATIENT
        )
    except PreconditionFailed:
        blob.reload(retry=IMPATIENT)
    return Upload(name, image_id(pipeline.uploads.name, name), int(blob.generation))


def kill_everything(cloud: LocalCloud) -> None:
    """Kill the local cloud, its services and their children, as a power cut would."""
    for pid in [cloud.pid, *descendants(cloud.pid)]:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    cloud.kill()


def test_a_kill_while_a_refused_original_is_hidden_leaves_no_half(pipeline: Pipeline) -> None:
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
