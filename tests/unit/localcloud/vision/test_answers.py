"""How findings are written into Vision's messages."""

from typing import Any

import pytest
from google.cloud.vision_v1.types import AnnotateImageResponse
from google.protobuf.json_format import MessageToDict
from PIL import Image

from localcloud.vision import answers
from localcloud.vision.faces import Face
from localcloud.vision.geometry import Box
from localcloud.vision.picture import Picture
from localcloud.vision.text import Line, Word

TWICE = Picture(200, 100, Image.new("RGB", (100, 50)), Image.new("RGB", (50, 25)))
QUAD = Box(10, 10, 40, 20).corners()
LINES = [
    Line("HELLO WORLD", QUAD, 0.9, (Word("HELLO", QUAD, 0.9), Word("WORLD", QUAD, 0.8))),
    Line("AGAIN", Box(10, 30, 60, 40).corners(), 0.95, (Word("AGAIN", QUAD, 0.95),)),
]


@pytest.fixture
def response() -> Any:
    return AnnotateImageResponse.pb()()


def test_the_first_text_is_the_whole_and_the_others_are_its_words(response: Any) -> None:
    answers.write_text(response, LINES, TWICE)

    whole, *words = [found.description for found in response.text_annotations]
    assert whole == response.full_text_annotation.text == "HELLO WORLD\nAGAIN"
    assert words == ["HELLO", "WORLD", "AGAIN"]


def test_a_text_can_be_put_together_again_from_its_symbols(response: Any) -> None:
    answers.write_text(response, LINES, TWICE)

    ends = {0: "", 1: " ", 5: "\n"}
    page = response.full_text_annotation.pages[0]
    assert (page.width, page.height) == (200, 100)
    assert (
        "".join(
            symbol.text + ends[symbol.property.detected_break.type_]
            for block in page.blocks
            for paragraph in block.paragraphs
            for word in paragraph.words
            for symbol in word.symbols
        )
        == "HELLO WORLD\nAGAIN\n"
    )


def test_coordinates_are_in_pixels_of_the_original(response: Any) -> None:
    answers.write_text(response, LINES, TWICE)

    corners = [(v.x, v.y) for v in response.text_annotations[0].bounding_poly.vertices]
    assert corners == [(20, 20), (120, 20), (120, 80), (20, 80)]


def test_a_picture_without_text_has_no_text_annotation(response: Any) -> None:
    answers.write_text(response, [], TWICE)

    assert MessageToDict(response) == {}


def test_a_face_tells_what_is_known_and_leaves_moods_unknown(response: Any) -> None:
    points = ((20.0, 20.0), (30.0, 20.0), (25.0, 25.0), (21.0, 28.0), (29.0, 28.0))
    answers.write_faces(response, [Face(Box(15, 10, 120, 35), points, 0.99)], TWICE)

    (face,) = MessageToDict(response)["faceAnnotations"]
    assert face["boundingPoly"]["vertices"][1] == {"x": 200, "y": 20}, "boxes end with the picture"
    assert face["landmarks"][0] == {"type": "LEFT_EYE", "position": {"x": 40.0, "y": 40.0}}
    assert face["detectionConfidence"] == pytest.approx(0.99)
    assert "joyLikelihood" not in face


def test_a_tilted_head_has_a_roll_angle() -> None:
    points = ((0.0, 0.0), (10.0, 10.0), (0.0, 0.0), (0.0, 0.0), (0.0, 0.0))

    assert Face(Box(0, 0, 9, 9), points, 1.0).roll_degrees == pytest.approx(45)


def test_safe_search_leaves_unknown_what_nobody_judged(response: Any) -> None:
    answers.write_safe_search(response, 0.9)

    assert MessageToDict(response)["safeSearchAnnotation"] == {
        "adult": "VERY_LIKELY",
        "racy": "VERY_LIKELY",
    }


def test_safe_search_without_a_model_is_there_and_unknown(response: Any) -> None:
    answers.write_safe_search(response, None)

    assert response.HasField("safe_search_annotation")
    assert response.safe_search_annotation.adult == 0
