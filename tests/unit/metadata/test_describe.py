import json
from contextlib import contextmanager
from dataclasses import dataclass, replace

import pytest

from metadata import answer
from metadata.describe import Describer, Outcome, Picture, within
from metadata.inspect import Inspection
from metadata.record_metadata import MAX_TEXT_BYTES
from safelight.errors import GoogleUnavailableError, NotAnImageError, OriginalGoneError
from safelight.policy import CLOUD_V1
from safelight.vision import Annotations, Category, Color, ImageError, Label, Likelihood, Region

INSPECTION = Inspection(
    format="jpeg",
    width=400,
    height=300,
    frames=1,
    orientation=6,
    color_space="rgb",
    color_profile=None,
    bit_depth=8,
    exif={"camera": "Apple iPhone 15", "iso": 50},
    gps={"latitude": 1.5, "longitude": 2.5},
    phash="0123456789abcdef",
    thumbhash="3OcRJYB4d3h/iIeHeEh3eIhw+j3A",
)
SEEN = Annotations(
    labels=(Label("Dog", 0.9),),
    text="Stop",
    language="en",
    safe_search=dict.fromkeys(Category, Likelihood.VERY_UNLIKELY),
    dominant_colors=(Color(255, 0, 16, 0.5, 0.25),),
    crop_hints=(Region(10, 20, 100, 100, 0.8),),
    faces=2,
)
PICTURE = Picture("in", "a/b.jpg", 7, SEEN, None)


@dataclass(frozen=True)
class Original:
    sha256: str = "ab" * 32

    def fileno(self):
        return 99


@contextmanager
def fetch(bucket, name, generation):
    assert (bucket, name, generation) == ("in", "a/b.jpg", 7)
    yield Original()


def describer(fetch=fetch, inspect=lambda _: INSPECTION, *, gps=False):
    return Describer(fetch, inspect, CLOUD_V1, gps=gps)


def raising(error):
    def raise_it(*_):
        raise error

    return raise_it


def body(found):
    return json.loads(answer.description(found).get_data())


def test_a_safe_picture_is_approved_with_all_that_is_known_of_it():
    found = body(describer().describe(PICTURE))

    assert found["outcome"] == "approved"
    assert found["reason"] is None
    assert found["verdict"] == {"decision": "approved", "reasons": [], "policy": "cloud-v1"}
    assert found["cropHints"] == [
        {"x": 10, "y": 20, "width": 100, "height": 100, "confidence": 0.8}
    ]
    metadata = found["fields"]["metadata"]["mapValue"]["fields"]
    assert metadata["width"] == {"integerValue": "400"}
    assert metadata["sha256"] == {"stringValue": "ab" * 32}
    assert metadata["labels"]["arrayValue"]["values"][0]["mapValue"]["fields"] == {
        "description": {"stringValue": "Dog"},
        "score": {"doubleValue": 0.9},
    }
    assert found["fields"]["reason"] == {"nullValue": None}


def test_metadata_has_the_fields_of_the_record():
    metadata = describer(gps=True).describe(PICTURE).metadata

    assert metadata is not None
    assert set(metadata) == {
        "width",
        "height",
        "format",
        "frames",
        "orientation",
        "colorSpace",
        "colorProfile",
        "bitDepth",
        "exif",
        "gps",
        "sha256",
        "phash",
        "thumbhash",
        "dominantColors",
        "labels",
        "text",
        "textTruncated",
        "language",
        "safeSearch",
        "cropHints",
        "faces",
    }
    assert metadata["dominantColors"] == [{"hex": "#ff0010", "score": 0.5, "pixelFraction": 0.25}]
    assert metadata["safeSearch"]["adult"] == "VERY_UNLIKELY"


def test_the_place_is_told_only_where_the_settings_allow_it():
    assert "gps" not in (describer(gps=False).describe(PICTURE).metadata or {})
    assert (describer(gps=True).describe(PICTURE).metadata or {})["gps"] == INSPECTION.gps


def test_an_unsafe_picture_is_quarantined_and_still_described():
    unsafe = {**SEEN.safe_search, Category.ADULT: Likelihood.LIKELY}
    picture = replace(PICTURE, annotations=replace(SEEN, safe_search=unsafe))

    found = body(describer().describe(picture))

    assert found["outcome"] == "quarantined"
    assert found["reason"]["code"] == "unsafe_adult"
    assert found["reason"]["stage"] == "gate"
    assert found["fields"]["metadata"]["mapValue"]["fields"]["phash"]


def test_without_vision_a_picture_is_quarantined():
    picture = replace(PICTURE, annotations=None, vision_error=ImageError(14, "down"))

    found = describer().describe(picture)

    assert found.outcome is Outcome.QUARANTINED
    assert found.reason is not None
    assert found.reason.code == "vision_unavailable"


@pytest.mark.parametrize("vision_error", [None, ImageError(3, "Bad image data.")])
@pytest.mark.parametrize("annotations", [None, SEEN])
def test_what_is_no_picture_failed_whatever_vision_said(annotations, vision_error):
    picture = replace(PICTURE, annotations=annotations, vision_error=vision_error)

    found = body(describer(inspect=raising(NotAnImageError())).describe(picture))

    assert found["outcome"] == "failed"
    assert found["reason"] == {
        "code": "not_an_image",
        "message": "The file is not an image.",
        "stage": "metadata",
    }
    assert found["verdict"] is None
    assert found["cropHints"] == []
    assert found["fields"]["metadata"] == found["fields"]["verdict"] == {"nullValue": None}


def test_an_original_that_is_gone_failed():
    found = describer(fetch=raising(OriginalGoneError())).describe(PICTURE)

    assert found.outcome is Outcome.FAILED
    assert found.reason is not None
    assert found.reason.code == "original_gone"


def test_transient_trouble_is_no_outcome():
    with pytest.raises(GoogleUnavailableError):
        describer(fetch=raising(GoogleUnavailableError())).describe(PICTURE)


def test_crop_hints_are_cut_to_the_picture():
    hints = (Region(300, 0, 200, 50, 3.0), Region(400, 0, 10, 10, 0.5), Region(0, 0, 5, 900, -1.0))

    assert within(hints, 400, 300) == (Region(300, 0, 100, 50, 1.0), Region(0, 0, 5, 300, 0.0))


def test_text_is_cut_between_characters_and_says_so():
    long = replace(PICTURE, annotations=replace(SEEN, text="aé" * MAX_TEXT_BYTES))

    metadata = describer().describe(long).metadata

    assert metadata is not None
    assert metadata["textTruncated"]
    assert len(metadata["text"].encode()) in {MAX_TEXT_BYTES, MAX_TEXT_BYTES - 1}


def test_short_text_is_kept_without_what_no_page_can_show():
    short = replace(PICTURE, annotations=replace(SEEN, text="two\n\tlines\0\x1b"))

    metadata = describer().describe(short).metadata

    assert metadata is not None
    assert (metadata["text"], metadata["textTruncated"]) == ("two\n\tlines", False)


@pytest.mark.parametrize("filler", ["x", '"', "\n", "\\", "é", "漢", "\x01", "\ud800", "😀"])
def test_the_answer_stays_small_whatever_vision_said(filler):
    flood = filler * 300_000
    annotations = replace(
        SEEN,
        labels=(Label(flood, 0.5),) * 1000,
        text=flood,
        language=flood,
        dominant_colors=SEEN.dominant_colors * 1000,
        crop_hints=SEEN.crop_hints * 1000,
        error=ImageError(3, flood),
    )
    found = describer().describe(replace(PICTURE, annotations=annotations))

    assert len(answer.description(found).get_data()) < 200_000
