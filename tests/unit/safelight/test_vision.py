import pytest

from safelight.vision import (
    Annotations,
    Category,
    Color,
    ImageError,
    Label,
    Likelihood,
    Region,
    VisionFormatError,
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
