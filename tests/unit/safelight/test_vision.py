from dataclasses import replace
from itertools import product

import pytest

from safelight.policy import Policy
from safelight.verdict import Decision, judge
from safelight.vision import (
    Annotations,
    Category,
    Color,
    ImageError,
    Label,
    Likelihood,
    LocalizedObject,
    Region,
    VisionFormatError,
    combined,
    parse,
)


def test_an_empty_answer_has_no_annotations():
    assert parse({}) == Annotations()


def test_omitted_zeros_count_as_zero():
    color = {"color": {"green": 12}, "pixelFraction": 0.5}
    vertices = [{}, {"x": 30}, {"x": 30, "y": 20}, {"y": 20}]

    seen = parse(
        {
            "imagePropertiesAnnotation": {"dominantColors": {"colors": [color]}},
            "cropHintsAnnotation": {"cropHints": [{"boundingPoly": {"vertices": vertices}}]},
            "labelAnnotations": [{"description": "Dog"}],
        }
    )

    assert seen.dominant_colors == (Color(0, 12, 0, 0.0, 0.5),)
    assert seen.crop_hints == (Region(0, 0, 30, 20, 0.0),)
    assert seen.labels == (Label("Dog", 0.0),)


def test_a_crop_hint_that_begins_outside_is_cut_and_an_empty_one_left_out():
    outside = [{"x": -5, "y": -1}, {"x": 30, "y": 20}]

    seen = parse(
        {
            "cropHintsAnnotation": {
                "cropHints": [{"boundingPoly": {"vertices": outside}}, {"boundingPoly": {}}, {}]
            }
        }
    )

    assert seen.crop_hints == (Region(0, 0, 30, 20, 0.0),)


def test_missing_and_unheard_of_likelihoods_are_unknown():
    seen = parse({"safeSearchAnnotation": {"adult": "LIKELY", "racy": "PERHAPS"}})

    assert seen.safe_search is not None
    assert seen.safe_search[Category.ADULT] is Likelihood.LIKELY
    assert seen.safe_search[Category.RACY] is Likelihood.UNKNOWN
    assert seen.safe_search[Category.VIOLENCE] is Likelihood.UNKNOWN


def test_no_safe_search_is_told_apart_from_an_empty_one():
    assert parse({}).safe_search is None
    assert parse({"safeSearchAnnotation": {}}).safe_search is not None


def test_the_whole_text_comes_from_either_annotation():
    words = [{"description": "Stop here", "locale": "en"}, {"description": "Stop"}]
    pages = [{"property": {"detectedLanguages": [{"languageCode": "de"}]}}]

    by_words = parse({"textAnnotations": words})
    by_page = parse({"fullTextAnnotation": {"text": "Halt hier", "pages": pages}})

    assert (by_words.text, by_words.language) == ("Stop here", "en")
    assert (by_page.text, by_page.language) == ("Halt hier", "de")


def test_faces_are_counted_and_placed_where_their_place_is_told():
    vertices = [{"x": -5}, {"x": 30}, {"x": 30, "y": 20}, {"x": -5, "y": 20}]
    placed = {"boundingPoly": {"vertices": vertices}, "detectionConfidence": 0.75}

    seen = parse({"faceAnnotations": [placed, {}]})

    assert (seen.faces, seen.face_boxes) == (2, (Region(0, 0, 30, 20, 0.75),))


def test_an_error_within_a_successful_call_is_kept_beside_the_annotations():
    seen = parse({"error": {"code": 3, "message": "Bad image data."}, "faceAnnotations": [{}, {}]})

    assert seen.error == ImageError(3, "Bad image data.")
    assert seen.faces == 2


@pytest.mark.parametrize(
    "answer",
    [
        {"labelAnnotations": ["Dog"]},
        {"labelAnnotations": [{"score": "high"}]},
        {"safeSearchAnnotation": "fine"},
        {"imagePropertiesAnnotation": {"dominantColors": {"colors": [{"color": {"red": "x"}}]}}},
        {"imagePropertiesAnnotation": {"dominantColors": {"colors": [{"color": {"red": 1e999}}]}}},
        {"cropHintsAnnotation": [1]},
        {"fullTextAnnotation": 5},
        {"error": "bad"},
    ],
)
def test_what_is_no_answer_of_vision_is_refused_as_such(answer):
    with pytest.raises(VisionFormatError):
        parse(answer)


def test_objects_are_told_with_their_boxes_in_shares_of_the_picture():
    vertices = [{"x": 0.25}, {"x": 1.5}, {"x": 1.5, "y": 0.5}, {"x": 0.25, "y": 0.5}]
    found = {"name": "Dog", "score": 0.75, "boundingPoly": {"normalizedVertices": vertices}}

    seen = parse({"localizedObjectAnnotations": [found]})

    assert seen.objects == (LocalizedObject("Dog", 0.75, 0.25, 0.0, 1.0, 0.5),)


def rated(*likelihoods, error=None):
    """Return a frame of these likelihoods of adult and racy content; the rest is harmless."""
    rest = dict.fromkeys(Category, Likelihood.VERY_UNLIKELY)
    named = zip((Category.ADULT, Category.RACY), map(Likelihood, likelihoods), strict=False)
    return Annotations(safe_search={**rest, **dict(named)}, error=error)


def test_what_is_known_of_frames_is_that_of_the_first_and_the_worst_likelihoods():
    first = replace(rated("UNLIKELY", "POSSIBLE"), labels=(Label("Dog", 0.9),), faces=2)

    both = combined([first, replace(rated("LIKELY", "UNLIKELY"), faces=9)])

    assert (both.labels, both.faces) == (first.labels, 2)
    assert both.safe_search is not None
    assert both.safe_search[Category.ADULT] is Likelihood.LIKELY
    assert both.safe_search[Category.RACY] is Likelihood.POSSIBLE
    assert both.safe_search[Category.SPOOF] is Likelihood.VERY_UNLIKELY


def test_frames_of_which_none_was_screened_are_not_screened():
    assert combined([Annotations(), Annotations()]).safe_search is None


def test_the_first_error_among_the_frames_is_told():
    error = ImageError(14, "Unavailable.")

    assert combined([rated(), rated(error=error)]).error == error


NAMES = ["UNKNOWN", "VERY_UNLIKELY", "UNLIKELY", "POSSIBLE", "LIKELY", "VERY_LIKELY"]
FRAMES = [*(rated(name) for name in NAMES), Annotations(), rated(error=ImageError(3, "x"))]


@pytest.mark.parametrize("threshold", NAMES[2:])
@pytest.mark.parametrize("frames", list(product(FRAMES, repeat=2)))
def test_a_later_decision_by_the_worst_likelihood_is_that_by_every_frame(threshold, frames):
    policy = Policy("p", {Category.ADULT: Likelihood(threshold)})
    each = {judge(frame, None, policy).decision for frame in frames}
    kept = combined(frames).safe_search

    again = judge(Annotations(safe_search=kept), None, policy).decision

    assert again is (Decision.QUARANTINED if Decision.QUARANTINED in each else Decision.APPROVED)
