"""The rules of images:annotate, with models that only repeat what they were asked."""

import asyncio
import subprocess
import sys
from typing import Any

import grpc
import pytest
from google.cloud.vision_v1.types import (
    AnnotateImageRequest,
    AnnotateImageResponse,
    BatchAnnotateImagesRequest,
)
from google.protobuf.json_format import MessageToDict, ParseDict

from localcloud.errors import RpcError
from localcloud.vision.state import MAX_REQUEST_BYTES, TooLargeError, Vision
from localcloud.vision.worker import WorkerDiedError, WorkerSlowError

LABELS = [{"type": "LABEL_DETECTION"}]


class Models:
    """Answers with a label that says which bytes were looked at."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.failure: Exception | None = None

    async def ask(self, frame: bytes) -> bytes:
        if self.failure:
            raise self.failure
        request = AnnotateImageRequest.pb().FromString(frame)
        self.asked.append(request)
        response = AnnotateImageResponse.pb()()
        response.label_annotations.add(description=request.image.content.decode())
        serialized: bytes = response.SerializeToString()
        return serialized


async def read_object(bucket: str, name: str) -> bytes:
    if bucket == "missing":
        raise KeyError(name)
    if name == "huge":
        raise TooLargeError
    return f"{bucket}|{name}".encode()


@pytest.fixture
def models() -> Models:
    return Models()


def annotate(models: Models, *requests: dict[str, Any]) -> list[dict[str, Any]]:
    batch = ParseDict({"requests": list(requests)}, BatchAnnotateImagesRequest.pb()())
    answer = asyncio.run(Vision(models.ask, read_object).annotate(batch))
    return list(MessageToDict(answer).get("responses", []))


def image(uri: str = "", **fields: Any) -> dict[str, Any]:
    source = {"source": {"imageUri": uri}} if uri else {}
    return {"image": source | fields, "features": LABELS}


def looked_at(answer: dict[str, Any]) -> str:
    return str(answer["labelAnnotations"][0]["description"])


def test_inline_content_goes_before_a_source(models: Models) -> None:
    (answer,) = annotate(models, image("gs://b/o", content="aW5saW5l"))

    assert looked_at(answer) == "inline"
    assert not models.asked[0].image.HasField("source")


@pytest.mark.parametrize("field", ["imageUri", "gcsImageUri"])
def test_an_object_is_read_from_cloud_storage(models: Models, field: str) -> None:
    (answer,) = annotate(models, image(source={field: "gs://photos/a/ü +1 %#.jpg"}))

    assert looked_at(answer) == "photos|a/ü +1 %#.jpg"


def test_features_and_context_reach_the_models(models: Models) -> None:
    ratios = {"cropHintsParams": {"aspectRatios": [1.5]}}

    annotate(models, image("gs://b/o") | {"imageContext": ratios})

    assert MessageToDict(models.asked[0])["imageContext"] == ratios
    assert MessageToDict(models.asked[0])["features"] == LABELS


@pytest.mark.parametrize(
    ("uri", "code", "message"),
    [
        ("gs://missing/o.jpg", 5, "Error opening file: gs://missing/o.jpg."),
        ("gs://b/huge", 3, "Image is larger than 20971520 bytes."),
        ("gs://bucket-only", 3, "Invalid GCS path specified: gs://bucket-only"),
        ("b/o", 3, "Invalid GCS path specified: b/o"),
        ("https://example.com/a.jpg", 7, "not allowed to access the URL"),
    ],
)
def test_a_picture_that_cannot_be_had_fails_alone(
    models: Models, uri: str, code: int, message: str
) -> None:
    bad, good = annotate(models, image(uri), image("gs://b/o"))

    assert bad["error"]["code"] == code
    assert message in bad["error"]["message"]
    assert looked_at(good) == "b|o"


@pytest.mark.parametrize(
    ("failure", "code"), [(WorkerSlowError("slow"), 4), (WorkerDiedError("dead"), 13)]
)
def test_failing_models_are_an_error_of_the_picture(
    models: Models, failure: Exception, code: int
) -> None:
    models.failure = failure

    (answer,) = annotate(models, image("gs://b/o"))

    assert answer["error"] == {"code": code, "message": str(failure)}


def test_sixteen_pictures_are_answered_in_order(models: Models) -> None:
    answers = annotate(models, *(image(f"gs://b/{n}") for n in range(16)))

    assert [looked_at(answer) for answer in answers] == [f"b|{n}" for n in range(16)]


@pytest.mark.parametrize(
    ("requests", "message"),
    [
        ([], "Request must specify image and features."),
        ([{"features": LABELS}], "Request must specify image and features."),
        ([{"image": {"content": "eA=="}}], "Request must specify image and features."),
        ([image("gs://b/o")] * 17, "Too many images per request."),
        ([image("gs://b/o") | {"features": [{"type": 99}]}], "Invalid feature type: 99."),
        (
            [image("gs://b/o") | {"features": [{"type": 4, "maxResults": -1}]}],
            "max_results must not be negative",
        ),
    ],
    ids=["no picture", "no image", "no feature", "17 pictures", "odd feature", "negative limit"],
)
def test_a_batch_at_fault_is_refused_whole(
    models: Models, requests: list[dict[str, Any]], message: str
) -> None:
    with pytest.raises(RpcError, match=message) as refused:
        annotate(models, *requests)

    assert refused.value.code is grpc.StatusCode.INVALID_ARGUMENT
    assert models.asked == []


def test_a_request_beyond_the_documented_size_is_refused(models: Models) -> None:
    batch = BatchAnnotateImagesRequest.pb()()
    request = batch.requests.add()
    request.features.add(type_=4)
    request.image.content = bytes(MAX_REQUEST_BYTES)

    with pytest.raises(RpcError, match="payload size exceeds the limit: 10485760 bytes"):
        asyncio.run(Vision(models.ask, read_object).annotate(batch))


@pytest.mark.parametrize("ratios", [[0], [-1.5], [1.0] * 17])
def test_impossible_aspect_ratios_are_an_error_of_the_picture(
    models: Models, ratios: list[float]
) -> None:
    context = {"imageContext": {"cropHintsParams": {"aspectRatios": ratios}}}

    (answer,) = annotate(models, image("gs://b/o") | context)

    assert answer["error"]["code"] == 3


@pytest.mark.parametrize("module", ["numpy", "PIL"])
def test_without_the_models_extra_every_feature_says_so_and_nothing_is_called_safe(
    monkeypatch: pytest.MonkeyPatch, models: Models, module: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    wanted = [*LABELS, {"type": "SAFE_SEARCH_DETECTION"}]

    (answer,) = annotate(models, image("gs://b/o") | {"features": wanted})

    assert answer["error"]["code"] == 12
    assert "LABEL_DETECTION: no local model" in answer["error"]["message"]
    assert "SAFE_SEARCH_DETECTION: no local model" in answer["error"]["message"]
    assert answer["safeSearchAnnotation"] == {}
    assert models.asked == []


def test_the_server_loads_nothing_of_the_models() -> None:
    program = (
        "import sys, localcloud.vision.api, localcloud.vision.worker;"
        "print([m for m in ('numpy', 'PIL', 'onnxruntime', 'cv2') if m in sys.modules])"
    )

    output = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True)

    assert output.stdout.strip() == b"[]"
