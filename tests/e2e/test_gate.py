"""The gate sees what viewers would see, in every accepted format, and asks Vision once."""

from importlib.resources import files
from io import BytesIO

import pillow_heif
import pytest
from PIL import ExifTags, Image

from tests.builders import encoded, jpeg, opened, photo
from tests.e2e.pipeline import Pipeline

VISION = "google.cloud.vision.v1.ImageAnnotator/BatchAnnotateImages"

pillow_heif.register_heif_opener()


def refused() -> Image.Image:
    """Return the drawing that the local models refuse."""
    return opened((files("safelight_cli") / "samples" / "refused.jpg").read_bytes())


def vision_calls(pipeline: Pipeline) -> int:
    calls = pipeline.cloud.ask("GET", "/_localcloud/calls")
    assert isinstance(calls, list)
    return sum(call["method"] == VISION for call in calls)


@pytest.mark.parametrize("form", ["HEIF", "AVIF", "TIFF", "JPEG2000"])
def test_a_format_that_vision_does_not_read_is_judged_and_rendered(
    pipeline: Pipeline, form: str
) -> None:
    safe = pipeline.upload(f"formats/safe.{form}", encoded(photo(900, 700, seed=30), form))
    unsafe = pipeline.upload(f"formats/unsafe.{form}", encoded(refused(), form))

    assert pipeline.end(safe)["state"] == "ready"
    record = pipeline.end(unsafe)
    assert (record["state"], record["reason"]["code"]) == ("quarantined", "unsafe_adult")
    assert pipeline.stored_variants(unsafe) == []


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG", "TIFF"])
def test_a_refused_picture_behind_the_first_frame_is_found(pipeline: Pipeline, form: str) -> None:
    hidden = refused()
    calm = [photo(*hidden.size, seed=n).convert("RGB") for n in (31, 32)]
    content = encoded(calm[0], form, save_all=True, append_images=[hidden, calm[1]])

    record = pipeline.end(pipeline.upload(f"hidden.{form}", content))

    assert (record["state"], record["reason"]["code"]) == ("quarantined", "unsafe_adult")
    assert record["metadata"]["frames"] == 3


def test_an_innocent_animation_is_rendered(pipeline: Pipeline) -> None:
    frames = [photo(320, 240, seed=n) for n in range(33, 37)]
    content = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=250)

    record = pipeline.end(pipeline.upload("innocent.gif", content))

    assert record["state"] == "ready"
    assert record["metadata"]["durationMs"] == 1000


def test_a_refused_picture_that_lies_on_its_side_is_found(pipeline: Pipeline) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 3
    turned = refused().transpose(Image.Transpose.ROTATE_180)

    record = pipeline.end(pipeline.upload("upside down.jpg", jpeg(turned, exif=exif)))

    assert record["reason"]["code"] == "unsafe_adult"


def test_a_picture_of_a_hundred_megapixels_is_judged(pipeline: Pipeline) -> None:
    large = photo(1000, 1000, seed=38).resize((10_000, 10_000), Image.Resampling.NEAREST)

    record = pipeline.end(pipeline.upload("large.jpg", jpeg(large)))

    assert record["state"] == "ready"
    assert record["metadata"]["width"] == 10_000
    hint = record["metadata"]["cropHints"][0]
    assert 9_900 < hint["width"] <= 10_000


def test_the_same_bytes_are_shown_to_vision_once(pipeline: Pipeline) -> None:
    content = encoded(photo(700, 500, seed=39), "WEBP")
    first = pipeline.end(pipeline.upload("once/first.webp", content))
    before = vision_calls(pipeline)

    second = pipeline.end(pipeline.upload("once/second.webp", content))

    assert vision_calls(pipeline) == before
    assert first["state"] == second["state"] == "ready"
    assert second["metadata"] == first["metadata"]


def test_vision_reads_nothing_that_could_be_replaced(pipeline: Pipeline) -> None:
    upload = pipeline.upload("private.png", encoded(photo(2400, 1200, seed=40), "PNG"))
    pipeline.end(upload)

    bucket = pipeline.storage.bucket("safelight-local-analysis")
    (found,) = pipeline.storage.list_blobs(bucket, prefix=f"{upload.image_id}/{upload.generation}/")

    rendition = Image.open(BytesIO(found.download_as_bytes()))
    assert (rendition.format, rendition.size) == ("JPEG", (1600, 800))
    assert found.metadata["source-generation"] == str(upload.generation)


def test_a_small_jpeg_needs_no_rendition(pipeline: Pipeline) -> None:
    upload = pipeline.upload("small.jpg", jpeg(photo(640, 480, seed=41)))

    assert pipeline.end(upload)["state"] == "ready"
    bucket = pipeline.storage.bucket("safelight-local-analysis")
    assert list(pipeline.storage.list_blobs(bucket, prefix=f"{upload.image_id}/")) == []
