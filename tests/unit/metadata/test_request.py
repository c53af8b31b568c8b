import json

import pytest

from metadata.request import MalformedRequestError, read
from safelight.vision import ImageError

REQUEST = {"bucket": "in", "name": "a/ü +1 %#.jpg", "generation": "1700000000000001"}


def test_the_workflow_sends_a_picture_and_what_vision_said():
    vision = {"safeSearchAnnotation": {"adult": "LIKELY"}, "faceAnnotations": [{}]}

    picture = read(json.dumps({**REQUEST, "contentType": None, "vision": vision}).encode())

    assert (picture.bucket, picture.name) == ("in", "a/ü +1 %#.jpg")
    assert picture.generation == 1_700_000_000_000_001
    assert picture.annotations is not None
    assert picture.annotations.faces == 1
    assert picture.vision_error is None


def test_a_generation_may_be_a_number():
    assert read(json.dumps({**REQUEST, "generation": 5}).encode()).generation == 5


@pytest.mark.parametrize(
    ("told", "code"), [({"code": 503, "message": "x"}, 503), ({"code": "ConnectionError"}, 0)]
)
def test_any_error_of_the_call_is_understood(told, code):
    picture = read(json.dumps({**REQUEST, "vision": None, "visionError": told}).encode())

    assert picture.vision_error == ImageError(code, told.get("message", ""))


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"bucket": ""}, "bucket"),
        ({"generation": "x"}, "generation"),
        ({"generation": 0}, "generation"),
        ({"name": None}, "name"),
        ({"vision": [1]}, "vision"),
        ({"vision": {"labelAnnotations": "Dog"}}, "vision"),
    ],
)
def test_a_malformed_request_is_told_what_is_wrong(change, complaint):
    with pytest.raises(MalformedRequestError, match=complaint):
        read(json.dumps({**REQUEST, **change}).encode())


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff"])
def test_what_is_no_json_object_is_malformed(body):
    with pytest.raises(MalformedRequestError):
        read(body)
