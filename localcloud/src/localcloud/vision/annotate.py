"""One picture and the features asked for become one AnnotateImageResponse."""

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.cloud.vision_v1.types import AnnotateImageResponse, Feature
from google.rpc.code_pb2 import INVALID_ARGUMENT, UNIMPLEMENTED

from localcloud.vision import answers
from localcloud.vision.crop_hints import DEFAULT_RATIO, hint
from localcloud.vision.faces import Face, FaceModel
from localcloud.vision.labels import Label, LabelModel, ranked
from localcloud.vision.packages import ModelMissingError
from localcloud.vision.picture import BadPictureError, Picture, open_picture
from localcloud.vision.properties import dominant_colors
from localcloud.vision.safe_search import SafeSearchModel
from localcloud.vision.text import Line, TextModel

Message = Any
Type = Feature.Type
TEXT_TYPES = frozenset({Type.TEXT_DETECTION, Type.DOCUMENT_TEXT_DETECTION})
DEFAULT_MAX_RESULTS = 10


class Models:
    """The models, each loaded when it is first needed."""

    @cached_property
    def labels(self) -> LabelModel:
        return LabelModel()

    @cached_property
    def text(self) -> TextModel:
        return TextModel()

    @cached_property
    def safe_search(self) -> SafeSearchModel:
        return SafeSearchModel()

    @cached_property
    def faces(self) -> FaceModel:
        return FaceModel()


class Annotator:
    """Annotates one picture at a time, on two threads: text on one, the rest on the other."""

    def __init__(self) -> None:
        self._models = Models()
        self._text_thread = ThreadPoolExecutor(1, "text")

    def annotate(
        self, data: bytes, features: Sequence[Message], ratios: Sequence[float] = ()
    ) -> Message:
        """Return the response; what has no local model is told in its ``error``.

        Annotations beside an error are correct, as in Vision's own contract.
        """
        response = AnnotateImageResponse.pb()()
        try:
            picture = open_picture(data)
        except BadPictureError as error:
            response.error.code, response.error.message = INVALID_ARGUMENT, str(error)
            return response
        limits = {Type(f.type_): f.max_results or DEFAULT_MAX_RESULTS for f in features}
        missing = self._fill(response, picture, limits, ratios)
        if missing:
            response.error.code, response.error.message = UNIMPLEMENTED, "; ".join(missing)
        return response

    def _fill(
        self,
        response: Message,
        picture: Picture,
        limits: Mapping[Type, int],
        ratios: Sequence[float],
    ) -> list[str]:
        """Write what was asked for; return a sentence for each feature without a model."""
        text = (
            self._text_thread.submit(lambda: self._models.text.detect(picture.work))
            if TEXT_TYPES & limits.keys()
            else None
        )
        look = Look(self._models, picture, limits, tuple(ratios) or (DEFAULT_RATIO,), text)
        missing = []
        for feature in sorted(limits, key=TEXT_TYPES.__contains__):
            try:
                FILLERS.get(feature, _refuse)(look, response)
            except ModelMissingError as error:
                missing.append(f"{feature.name}: {error}")
        return missing


@dataclass(frozen=True)
class Look:
    """What is known of one picture while it is looked at."""

    models: Models
    picture: Picture
    limits: Mapping[Type, int]
    ratios: tuple[float, ...]
    text: Future[list[Line]] | None

    @cached_property
    def faces(self) -> list[Face]:
        return self.models.faces.detect(self.picture.work)

    def faces_if_known(self) -> list[Face]:
        """Return the faces; none where there is no model to tell."""
        try:
            return self.faces
        except ModelMissingError:
            return []


def _labels(look: Look, response: Message) -> None:
    labels = look.models.labels.detect(look.picture.small)
    faces = look.faces_if_known()
    if faces:
        # ImageNet has no class for people.
        labels += [Label(name, faces[0].score) for name in ("Person", "Face")]
    answers.write_labels(response, ranked(labels)[: look.limits[Type.LABEL_DETECTION]])


def _faces(look: Look, response: Message) -> None:
    faces = look.faces[: look.limits[Type.FACE_DETECTION]]
    answers.write_faces(response, faces, look.picture)


def _safe_search(look: Look, response: Message) -> None:
    answers.write_safe_search(response, None)
    score = look.models.safe_search.score(look.picture.small)
    answers.write_safe_search(response, score)


def _colors(look: Look, response: Message) -> None:
    colors = dominant_colors(look.picture.small)
    answers.write_colors(response, colors[: look.limits[Type.IMAGE_PROPERTIES]])


def _crop_hints(look: Look, response: Message) -> None:
    faces = [face.box for face in look.faces_if_known()]
    hints = [hint(look.picture.work, ratio, faces) for ratio in look.ratios]
    answers.write_crop_hints(response, hints, look.picture)


def _text(look: Look, response: Message) -> None:
    if look.text is not None and not response.text_annotations:
        answers.write_text(response, look.text.result(), look.picture)


def _refuse(look: Look, response: Message) -> None:
    raise ModelMissingError


FILLERS: dict[Type, Callable[[Look, Message], None]] = {
    Type.FACE_DETECTION: _faces,
    Type.LABEL_DETECTION: _labels,
    Type.SAFE_SEARCH_DETECTION: _safe_search,
    Type.IMAGE_PROPERTIES: _colors,
    Type.CROP_HINTS: _crop_hints,
    Type.TEXT_DETECTION: _text,
    Type.DOCUMENT_TEXT_DETECTION: _text,
}
"""What fills the response for a feature; the features that are not here have no model."""
