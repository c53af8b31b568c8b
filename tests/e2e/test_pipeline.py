"""What the product promises, through the whole stack."""

from importlib.resources import files

import pytest
from PIL import ExifTags, Image

from tests.builders import encoded, jpeg, opened, photo, sideways_jpeg
from tests.e2e.pipeline import Pipeline

VARIANTS = ["display", "icon", "small", "thumbnail"]


def sizes(record: dict[str, dict[str, dict[str, int]]]) -> dict[str, tuple[int, int]]:
    return {name: (v["width"], v["height"]) for name, v in record["variants"].items()}


def test_a_photo_becomes_ready_with_all_variants(pipeline: Pipeline) -> None:
    upload = pipeline.upload("ann/photo.jpg", jpeg(photo(2000, 1500)))

    record = pipeline.end(upload)

    assert record["state"] == "ready"
    assert sizes(record) == {
        "display": (1600, 1200),
        "icon": (128, 128),
        "small": (100, 75),
        "thumbnail": (300, 300),
    }
    assert record["owner"] == "ann"
    assert record["thumbnailCreated"] is True
    assert record["verdict"]["policy"] == "local-v1-adult-racy-only"
    assert (record["metadata"]["width"], record["metadata"]["height"]) == (2000, 1500)
    for name, variant in record["variants"].items():
        content = pipeline.variant(record, name)
        assert len(content) == variant["bytes"]
        assert opened(content).size == (variant["width"], variant["height"])


def test_its_timeline_tells_every_move(pipeline: Pipeline) -> None:
    upload = pipeline.upload("ann/told.jpg", jpeg(photo(seed=1)))
    pipeline.end(upload)

    events = [entry["event"] for entry in pipeline.timeline(upload)]

    assert events == ["picture_claimed", "picture_approved", "variants_published"]


def test_a_sideways_photo_comes_out_upright_and_without_its_position(pipeline: Pipeline) -> None:
    upright = photo(900, 600, seed=2)
    upright.paste("red", (0, 0, 900, 150))  # the top
    upload = pipeline.upload("sideways.jpg", sideways_jpeg(upright))

    record = pipeline.end(upload)

    assert sizes(record)["display"] == (900, 600)
    assert "gps" not in record["metadata"]
    for name in VARIANTS:
        variant = opened(pipeline.variant(record, name))
        assert ExifTags.IFD.GPSInfo not in variant.getexif()
        red, green, blue = variant.convert("RGB").getpixel((variant.width // 2, 3))
        assert red > 200
        assert max(green, blue) < 60


def test_a_transparent_png_is_rendered(pipeline: Pipeline) -> None:
    picture = Image.new("RGBA", (600, 400), (0, 0, 0, 0))
    picture.paste((20, 140, 60, 255), (150, 100, 450, 300))

    record = pipeline.end(pipeline.upload("t.png", encoded(picture, "PNG"), "image/png"))

    assert record["state"] == "ready"
    assert sorted(record["variants"]) == VARIANTS


def test_a_picture_that_safesearch_refuses_is_quarantined_and_never_rendered(
    pipeline: Pipeline,
) -> None:
    refused = (files("safelight_cli") / "samples" / "refused.jpg").read_bytes()
    upload = pipeline.upload("refused.jpg", refused)

    record = pipeline.end(upload)

    assert record["state"] == "quarantined"
    assert record["reason"]["code"].startswith("unsafe")
    assert record["variants"] == {}
    assert pipeline.stored_variants(upload) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"This is no picture.", "not_an_image"),
        (b"", "empty_file"),
        (jpeg(photo(seed=3))[:3000], "truncated"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format"),
    ],
)
def test_what_is_no_picture_fails_with_a_reason(
    pipeline: Pipeline, content: bytes, code: str
) -> None:
    record = pipeline.end(pipeline.upload(f"broken/{code}.jpg", content))

    assert (record["state"], record["reason"]["code"]) == ("failed", code)
    assert record["reason"]["message"].endswith(".")
    assert record["variants"] == {}


@pytest.mark.parametrize(
    "name",
    ["a/ü +1 %#.jpg", "a b/c?d=e&f.jpg", "日本/猫.jpg", "x//y/./z.jpg", "100%25.jpg", "[*]'\".jpg"],
)
def test_any_object_name_is_processed(pipeline: Pipeline, name: str) -> None:
    record = pipeline.end(pipeline.upload(name, jpeg(photo(320, 240, seed=4))))

    assert record["state"] == "ready"
    assert record["original"]["name"] == name


def test_the_same_event_again_changes_nothing(pipeline: Pipeline) -> None:
    upload = pipeline.upload("twice.jpg", jpeg(photo(seed=5)))
    before = pipeline.end(upload)

    results = [pipeline.send_event(pipeline.event_of(upload)) for _ in range(3)]

    assert [result["outcome"] for result in results] == ["duplicate"] * 3
    assert pipeline.record(upload) == before
    assert len(pipeline.timeline(upload)) == 3


def test_a_newer_generation_wins_over_the_older_in_work(pipeline: Pipeline) -> None:
    old = pipeline.upload("overwritten.jpg", jpeg(photo(640, 480, seed=6)))
    new = pipeline.upload("overwritten.jpg", jpeg(photo(480, 640, seed=7)))

    record = pipeline.end(new)

    assert old.image_id == new.image_id
    assert record["state"] == "ready"
    assert record["original"]["generation"] == new.generation
    assert sizes(record)["display"] == (480, 640)
    assert all(f"/{new.generation}/" in v["uri"] for v in record["variants"].values())


def test_an_event_of_an_older_generation_comes_too_late(pipeline: Pipeline) -> None:
    old = pipeline.upload("late.jpg", jpeg(photo(seed=8)))
    pipeline.end(old)
    event = pipeline.event_of(old)
    new = pipeline.upload("late.jpg", jpeg(photo(seed=9)))
    before = pipeline.end(new)

    result = pipeline.send_event(event)

    assert result["outcome"] == "superseded"
    assert pipeline.record(new) == before
