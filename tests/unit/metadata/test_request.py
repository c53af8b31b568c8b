import json

import pytest

from metadata.examine import Examination
from metadata.request import MalformedRequestError, read_describe, read_inspect
from safelight.vision import ImageError
from tests.unit.metadata.test_describe import EXAMINATION

REQUEST = {"bucket": "in", "name": "a/ü +1 %#.jpg", "generation": "1700000000000001"}
DESCRIBE = {**REQUEST, "examination": EXAMINATION.model_dump_json(), "responses": None}


def body(request, **change):
    return json.dumps({**request, **change}).encode()


def test_the_workflow_names_a_generation_to_inspect():
    source = read_inspect(body(REQUEST))

    assert (source.bucket, source.name) == ("in", "a/ü +1 %#.jpg")
    assert source.generation == 1_700_000_000_000_001


def test_a_generation_may_be_a_number():
    assert read_inspect(body(REQUEST, generation=5)).generation == 5


def test_the_workflow_carries_the_examination_over_and_adds_what_vision_said():
    responses = [{"safeSearchAnnotation": {"adult": "LIKELY"}}, {}]

    picture = read_describe(body(DESCRIBE, responses=responses))

    assert picture.source == read_inspect(body(REQUEST))
    assert picture.examination == EXAMINATION
    assert picture.responses == responses
    assert picture.vision_error is None


@pytest.mark.parametrize(
    ("told", "code"), [({"code": 503, "message": "x"}, 503), ({"code": "ConnectionError"}, 0)]
)
def test_any_error_of_the_call_is_understood(told, code):
    picture = read_describe(body(DESCRIBE, visionError=told))

    assert picture.vision_error == ImageError(code, told.get("message", ""))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"bucket": ""}, "bucket"),
        ({"generation": "x"}, "generation"),
        ({"generation": 0}, "generation"),
        ({"name": None}, "name"),
        ({"responses": {}}, "responses"),
        ({"responses": []}, "responses"),
        ({"responses": [{}] * 17}, "responses"),
        ({"examination": "{}"}, "sha256"),
        ({"examination": None}, "examination"),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(change, complaint):
    with pytest.raises(MalformedRequestError, match=complaint):
        read_describe(body(DESCRIBE, **change))


@pytest.mark.parametrize("sent", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_json_object_is_malformed(sent):
    with pytest.raises(MalformedRequestError):
        read_inspect(sent)


def test_an_examination_survives_the_way_through_the_workflow():
    exif = {"fNumber": 2.0, "iso": 50, "flashFired": False, "keywords": ["a", "b"]}
    inspection = EXAMINATION.inspection.model_copy(update={"exif": exif, "gps": {"latitude": 2.0}})
    sent = EXAMINATION.model_copy(update={"inspection": inspection})

    picture = read_describe(body(DESCRIBE, examination=sent.model_dump_json()))

    assert isinstance(picture.examination, Examination)
    assert picture.examination == sent
    assert type(picture.examination.inspection.exif["fNumber"]) is float
    assert type(picture.examination.inspection.exif["flashFired"]) is bool
