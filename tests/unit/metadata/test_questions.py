import json
from dataclasses import replace

import pytest
from google.cloud.vision_v1.types import BatchAnnotateImagesRequest

from metadata.questions import FIELDS, Questions
from thumbnailer.recipes import load


def features(request):
    return [feature["type"] for feature in request["features"]]


def test_the_first_image_is_understood_and_the_others_are_screened():
    first, second, third = Questions().about(["gs://b/1", "gs://b/2", "gs://b/3"])

    assert set(features(first)) == {
        "LABEL_DETECTION",
        "TEXT_DETECTION",
        "SAFE_SEARCH_DETECTION",
        "IMAGE_PROPERTIES",
        "CROP_HINTS",
        "FACE_DETECTION",
    }
    assert features(second) == features(third) == ["SAFE_SEARCH_DETECTION"]


def test_what_is_asked_is_a_request_of_the_api():
    questions = Questions((1.0, 1.5), ("de", "en"), objects=True)

    asked = {"requests": questions.about(["gs://b/1", "gs://b/2"])}
    batch = BatchAnnotateImagesRequest.from_json(json.dumps(asked))

    context = batch.requests[0].image_context
    assert list(context.crop_hints_params.aspect_ratios) == [1.0, 1.5]
    assert list(context.language_hints) == ["de", "en"]
    assert batch.requests[0].features[-1].type_.name == "OBJECT_LOCALIZATION"


def test_nothing_is_asked_about_nothing():
    assert Questions().about([]) == []


@pytest.mark.parametrize(
    "change",
    [{"crop_ratios": (2.0,)}, {"language_hints": ("de",)}, {"objects": True}, {"max_frames": 4}],
)
def test_other_questions_are_another_version(change):
    assert replace(Questions(), **change).version != Questions().version
    assert replace(Questions(), **change).version == replace(Questions(), **change).version


def test_all_that_is_asked_for_is_let_through():
    for annotation in (
        "labelAnnotations",
        "fullTextAnnotation",
        "safeSearchAnnotation",
        "imagePropertiesAnnotation",
        "cropHintsAnnotation",
        "faceAnnotations",
        "localizedObjectAnnotations",
        "error",
    ):
        assert annotation in FIELDS


def test_crops_are_suggested_for_the_shapes_that_recipes_cut_out():
    recipes = (recipe for recipe in load().sets["default"] if recipe.fit == "cover")

    assert {recipe.width / recipe.height for recipe in recipes} == set(Questions().crop_ratios)
