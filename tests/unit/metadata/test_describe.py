import json
from dataclasses import replace

import pytest

from metadata import answer
from metadata.describe import Describer, Outcome, Picture, within
from metadata.examine import Examination
from metadata.inspect import Inspection
from metadata.original import Source
from metadata.record_metadata import MAX_TEXT_BYTES
from safelight.policy import CLOUD_V1, LOCAL_V1
from safelight.vision import Category, ImageError, Region

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
    seen=[200, 150],
)
SAFE = {"safeSearchAnnotation": dict.fromkeys(Category, "VERY_UNLIKELY")}
RESPONSE = {
    **SAFE,
    "labelAnnotations": [{"description": "Dog", "score": 0.9}],
    "fullTextAnnotation": {"text": "Stop"},
    "textAnnotations": [{"locale": "en", "description": "Stop"}],
    "imagePropertiesAnnotation": {
        "dominantColors": {
            "colors": [{"color": {"red": 255, "blue": 16}, "score": 0.5, "pixelFraction": 0.25}]
        }
    },
    "cropHintsAnnotation": {
        "cropHints": [
            {
                "boundingPoly": {"vertices": [{"x": 5, "y": 10}, {"x": 55, "y": 60}]},
                "confidence": 0.8,
            }
        ]
    },
    "faceAnnotations": [
        {
            "boundingPoly": {"vertices": [{"x": -4, "y": 100}, {"x": 20, "y": 170}]},
            "detectionConfidence": 0.75,
        },
        {},
    ],
    "localizedObjectAnnotations": [
        {
            "name": "Dog",
            "score": 0.75,
            "boundingPoly": {"normalizedVertices": [{"x": 0.5}, {"x": 1.0, "y": 0.25}]},
        }
    ],
}
EXAMINATION = Examination(
    sha256="ab" * 32,
    inspection=INSPECTION,
    analysis="key",
    images=1,
    judges_original=False,
)
SOURCE = Source("in", "a/b.jpg", 7)
PICTURE = Picture(SOURCE, EXAMINATION, [RESPONSE], None)


class Kept(dict):
    """Answers of Vision by their key."""

    def describer(self, *, is_live=True, policy=CLOUD_V1):
        return Describer(self.get, self.__setitem__, lambda _: is_live, policy)


def describe(picture):
    return Kept().describer().describe(picture)


def examined(**change):
    return EXAMINATION.model_copy(update=change)


def rated(**likelihoods):
    return {"safeSearchAnnotation": {**SAFE["safeSearchAnnotation"], **likelihoods}}


def body(found):
    return json.loads(answer.description(found).get_data())


def test_a_safe_picture_is_approved_with_all_that_is_known_of_it():
    found = body(describe(PICTURE))

    assert found["outcome"] == "approved"
    assert found["reason"] is None
    assert found["verdict"] == {"decision": "approved", "reasons": [], "policy": "cloud-v1"}
    assert found["cropHints"] == [
        {"x": 10, "y": 20, "width": 100, "height": 100, "confidence": 0.8}
    ]
    assert found["faces"] == [{"x": 0, "y": 200, "width": 40, "height": 100, "confidence": 0.75}]
    metadata = found["fields"]["metadata"]["mapValue"]["fields"]
    assert metadata["width"] == {"integerValue": "400"}
    assert metadata["sha256"] == {"stringValue": "ab" * 32}
    assert metadata["labels"]["arrayValue"]["values"][0]["mapValue"]["fields"] == {
        "description": {"stringValue": "Dog"},
        "score": {"doubleValue": 0.9},
    }
    assert found["fields"]["reason"] == {"nullValue": None}


def test_metadata_has_the_fields_of_the_record():
    metadata = describe(PICTURE).metadata

    assert metadata is not None
    assert set(metadata) == {
        "width",
        "height",
        "format",
        "frames",
        "durationMs",
        "orientation",
        "colorSpace",
        "colorProfile",
        "bitDepth",
        "exif",
        "gps",
        "sha256",
        "phash",
        "phashBands",
        "thumbhash",
        "dominantColors",
        "labels",
        "text",
        "textTruncated",
        "language",
        "safeSearch",
        "cropHints",
        "faces",
        "faceBoxes",
        "objects",
    }
    assert metadata["dominantColors"] == [{"hex": "#ff0010", "score": 0.5, "pixelFraction": 0.25}]
    assert metadata["safeSearch"]["adult"] == "VERY_UNLIKELY"
    assert (metadata["labels"][0]["description"], metadata["text"]) == ("Dog", "Stop")
    assert (metadata["language"], metadata["faces"]) == ("en", 2)
    box = {"left": 0.5, "top": 0.0, "right": 1.0, "bottom": 0.25}
    assert metadata["objects"] == [{"name": "Dog", "score": 0.75, "box": box}]


def test_a_picture_without_a_place_has_none():
    nowhere = INSPECTION.model_copy(update={"gps": None})

    found = describe(replace(PICTURE, examination=examined(inspection=nowhere)))

    assert "gps" not in (found.metadata or {})


def test_an_unsafe_picture_is_quarantined_and_still_described():
    found = body(describe(replace(PICTURE, responses=[rated(adult="LIKELY")])))

    assert found["outcome"] == "quarantined"
    assert found["reason"]["code"] == "unsafe_adult"
    assert found["reason"]["stage"] == "gate"
    assert found["fields"]["metadata"]["mapValue"]["fields"]["phash"]


def test_without_vision_a_picture_is_quarantined():
    picture = replace(PICTURE, responses=None, vision_error=ImageError(14, "down"))

    found = describe(picture)

    assert found.outcome is Outcome.QUARANTINED
    assert found.reason is not None
    assert found.reason.code == "vision_unavailable"


def verdict_of(*responses, images=2, **inspection):
    looked = INSPECTION.model_copy(update=inspection)
    examination = examined(images=images, inspection=looked)
    found = describe(replace(PICTURE, examination=examination, responses=list(responses)))
    return str(found.outcome), found.verdict and [reason.code for reason in found.verdict.reasons]


def test_the_worst_frame_counts():
    assert verdict_of(RESPONSE, SAFE) == ("approved", [])
    assert verdict_of(RESPONSE, rated(violence="LIKELY")) == ("quarantined", ["unsafe_violence"])


def test_an_error_in_any_frame_is_no_clearance():
    broken = {**SAFE, "error": {"code": 3, "message": "Bad image data."}}

    for outcome, reasons in (verdict_of(RESPONSE, broken), verdict_of(broken, RESPONSE)):
        assert outcome == "quarantined"
        assert reasons
        assert reasons[0] == "vision_error"


def test_a_frame_without_an_answer_is_no_clearance():
    assert verdict_of(RESPONSE)[0] == "quarantined"
    assert verdict_of(RESPONSE, {})[1] == ["not_screened"] * 3


def test_a_frame_that_could_not_be_looked_at_is_no_clearance():
    outcome, reasons = verdict_of(RESPONSE, SAFE, is_complete=False)

    assert outcome == "quarantined"
    assert reasons
    assert reasons[0] == "vision_error"


def test_answers_are_kept_by_content_and_used_again():
    kept = Kept()

    first = kept.describer().describe(PICTURE)
    known = examined(images=0)
    again = kept.describer().describe(Picture(SOURCE, known, None, None))

    assert kept == {"key": [RESPONSE]}
    assert again == first


def test_kept_answers_are_judged_by_the_policy_of_the_day():
    kept = Kept(key=[rated(violence="LIKELY")])
    known = Picture(SOURCE, examined(images=0), None, None)

    assert kept.describer().describe(known).outcome is Outcome.QUARANTINED
    assert kept.describer(policy=LOCAL_V1).describe(known).outcome is Outcome.APPROVED


def test_kept_answers_that_are_gone_are_no_clearance():
    found = describe(Picture(SOURCE, examined(images=0), None, None))

    assert found.outcome is Outcome.QUARANTINED
    assert found.reason is not None
    assert found.reason.code == "not_screened"


@pytest.mark.parametrize(
    "responses",
    [[RESPONSE], [RESPONSE, {}], [RESPONSE, {**SAFE, "error": {"code": 14}}], [RESPONSE] * 3],
)
def test_answers_that_lack_something_are_not_kept(responses):
    kept = Kept()

    kept.describer().describe(Picture(SOURCE, examined(images=2), responses, None))

    assert kept == {}


def test_an_answer_about_what_may_be_another_generation_does_not_count():
    kept = Kept()
    picture = replace(PICTURE, examination=examined(judges_original=True))

    found = kept.describer(is_live=False).describe(picture)

    assert (found.outcome, found.reason and found.reason.code) == (Outcome.FAILED, "original_gone")
    assert kept == {}
    assert kept.describer(is_live=True).describe(picture).outcome is Outcome.APPROVED


def test_crop_hints_are_told_in_pixels_of_the_original():
    (hint,) = describe(PICTURE).crop_hints

    assert hint == Region(10, 20, 100, 100, 0.8)


def test_faces_are_told_in_pixels_of_the_original_and_cut_to_it():
    found = describe(PICTURE)

    assert found.faces == (Region(0, 200, 40, 100, 0.75),)
    assert found.metadata["faceBoxes"] == [
        {"x": 0, "y": 200, "width": 40, "height": 100, "confidence": 0.75}
    ]


def test_crop_hints_are_cut_to_the_picture():
    hints = (Region(300, 0, 200, 50, 3.0), Region(400, 0, 10, 10, 0.5), Region(0, 0, 5, 900, -1.0))

    assert within(hints, 400, 300) == (Region(300, 0, 100, 50, 1.0), Region(0, 0, 5, 300, 0.0))


def text_of(text):
    response = {**RESPONSE, "fullTextAnnotation": {"text": text}}
    metadata = describe(replace(PICTURE, responses=[response])).metadata
    assert metadata is not None
    return metadata["text"], metadata["textTruncated"]


def test_text_is_cut_between_characters_and_says_so():
    text, is_cut = text_of("aé" * MAX_TEXT_BYTES)

    assert is_cut
    assert len(text.encode()) in {MAX_TEXT_BYTES, MAX_TEXT_BYTES - 1}


def test_short_text_is_kept_without_what_no_page_can_show():
    assert text_of("two\n\tlines\0\x1b") == ("two\n\tlines", False)


@pytest.mark.parametrize("filler", ["x", '"', "\n", "\\", "é", "漢", "\x01", "\ud800", "😀"])
def test_the_answer_stays_small_whatever_vision_said(filler):
    flood = filler * 300_000
    colours = RESPONSE["imagePropertiesAnnotation"]["dominantColors"]["colors"]
    response = {
        **SAFE,
        "labelAnnotations": [{"description": flood, "score": 0.5}] * 1000,
        "fullTextAnnotation": {"text": flood},
        "textAnnotations": [{"locale": flood}],
        "imagePropertiesAnnotation": {"dominantColors": {"colors": colours * 1000}},
        "cropHintsAnnotation": {"cropHints": RESPONSE["cropHintsAnnotation"]["cropHints"] * 1000},
        "faceAnnotations": RESPONSE["faceAnnotations"] * 1000,
        "localizedObjectAnnotations": [{"name": flood, "score": 1.0}] * 1000,
        "error": {"code": 3, "message": flood},
    }
    found = describe(replace(PICTURE, responses=[response]))

    assert len(answer.description(found).get_data()) < 200_000
