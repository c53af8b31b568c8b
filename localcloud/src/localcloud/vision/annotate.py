"""One picture and the features asked for become one AnnotateImageResponse."""

import io
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from google.cloud.vision_v1.types import AnnotateImageResponse, Feature
from google.rpc.code_pb2 import INVALID_ARGUMENT, UNIMPLEMENTED
from PIL import Image, ImageDraw

from localcloud.vision import answers, features
from localcloud.vision.crop_hints import DEFAULT_RATIO, hint
from localcloud.vision.faces import Face, FaceModel
from localcloud.vision.labels import Label, LabelModel, ranked
from localcloud.vision.packages import ModelMissingError
from localcloud.vision.picture import BadPictureError, Picture, open_picture
from localcloud.vision.properties import dominant_colors
from localcloud.vision.safe_search import SafeSearchModel
from localcloud.vision.text import Line, TextModel

Message = Any
TEXTS = frozenset({features.TEXT, features.DENSE_TEXT})
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
        self, data: bytes, wanted: Sequence[Message], ratios: Sequence[float] = ()
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
        limits = {features.NAMES[f.type_]: f.max_results or DEFAULT_MAX_RESULTS for f in wanted}
        missing = self._fill(response, picture, limits, ratios)
        if missing:
            response.error.code, response.error.message = UNIMPLEMENTED, "; ".join(missing)
        return response

    def warm_up(self) -> None:
        """Load every model, by a look at a picture with a word in it."""
        image = Image.new("RGB", (320, 240), "white")
        ImageDraw.Draw(image).text((40, 90), "WARM", "black", font_size=60)
        file = io.BytesIO()
        image.save(file, "PNG")
        self.annotate(file.getvalue(), [Feature.pb()(type_=name) for name in FILLERS])

    def _fill(
        self,
        response: Message,
        picture: Picture,
        limits: Mapping[str, int],
        ratios: Sequence[float],
    ) -> list[str]:
        """Write what was asked for; return a sentence for each feature without a model."""
        text = (
            self._text_thread.submit(lambda: self._models.text.detect(picture.work))
            if TEXTS & limits.keys()
            else None
        )
        look = Look(self._models, picture, limits, tuple(ratios) or (DEFAULT_RATIO,), text)
        missing = []
        for feature in sorted(limits, key=TEXTS.__contains__):
            try:
                _filler(feature)(look, response)
            except ModelMissingError as error:
                missing.append(f"{feature}: {error}")
        return missing


@dataclass(frozen=True)
class Look:
    """What is known of one picture while it is looked at."""

    models: Models
    picture: Picture
    limits: Mapping[str, int]
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
    answers.write_labels(response, ranked(labels)[: look.limits[features.LABELS]])


def _faces(look: Look, response: Message) -> None:
    faces = look.faces[: look.limits[features.FACES]]
    answers.write_faces(response, faces, look.picture)


def _safe_search(look: Look, response: Message) -> None:
    answers.write_safe_search(response, None)
    score = look.models.safe_search.score(look.picture.small)
    answers.write_safe_search(response, score)


def _colors(look: Look, response: Message) -> None:
    colors = dominant_colors(look.picture.small)
    answers.write_colors(response, colors[: look.limits[features.COLORS]])


def _crop_hints(look: Look, response: Message) -> None:
    scale = look.picture.small_scale
    faces = [face.box.scaled(1 / scale) for face in look.faces_if_known()]
    hints = [hint(look.picture.small, ratio, faces).scaled(scale) for ratio in look.ratios]
    answers.write_crop_hints(response, hints, look.picture)


def _text(look: Look, response: Message) -> None:
    if look.text is not None and not response.text_annotations:
        answers.write_text(response, look.text.result(), look.picture)


Filler = Callable[[Look, Message], None]

FILLERS: dict[str, Filler] = {
    features.FACES: _faces,
    features.LABELS: _labels,
    features.SAFE_SEARCH: _safe_search,
    features.COLORS: _colors,
    features.CROP_HINTS: _crop_hints,
    features.TEXT: _text,
    features.DENSE_TEXT: _text,
}
"""What fills the response for a feature; the features that are not here have no model."""


def _filler(feature: str) -> Filler:
    if feature not in FILLERS:
        raise ModelMissingError
    return FILLERS[feature]
