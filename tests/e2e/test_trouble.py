"""What happens to pictures when the services around them fail."""

from tests.builders import jpeg, photo
from tests.e2e.pipeline import Pipeline
from tests.local_cloud import wait_until

VISION = "google.cloud.vision.v1.ImageAnnotator/BatchAnnotateImages"


def test_a_picture_that_vision_never_sees_is_quarantined(pipeline: Pipeline) -> None:
    pipeline.cloud.ask("POST", "/_localcloud/faults", {"method": VISION, "count": 6})
    upload = pipeline.upload("unseen.jpg", jpeg(photo(seed=20)))
    clock = pipeline.advance_clock()

    def quarantined() -> bool:
        next(clock)
        record = pipeline.record(upload)
        return record is not None and record["state"] == "quarantined"

    wait_until(quarantined, 30)

    record = pipeline.end(upload)
    assert record["reason"]["code"] == "vision_unavailable"
    assert pipeline.stored_variants(upload) == []


def test_a_vision_that_fails_twice_costs_only_time(pipeline: Pipeline) -> None:
    pipeline.cloud.ask("POST", "/_localcloud/faults", {"method": VISION, "count": 2})

    record = pipeline.end(pipeline.upload("seen at last.jpg", jpeg(photo(seed=21))))

    assert record["state"] == "ready"


def test_a_claim_that_fails_once_is_made_again(pipeline: Pipeline) -> None:
    fault = {"method": "google.firestore.v1.Firestore/Commit", "count": 2}
    pipeline.cloud.ask("POST", "/_localcloud/faults", fault)

    record = pipeline.end(pipeline.upload("claimed.jpg", jpeg(photo(seed=22))))

    assert record["state"] == "ready"
