"""TEXT_DETECTION: lines and words by PP-OCRv6 (rapidocr)."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from PIL import Image

from localcloud.vision import packages
from localcloud.vision.geometry import Quad
from localcloud.vision.picture import WORK_SIDE

DETECTION_SIDE = 960
"""Longest side on which text is looked for; it is read at full size."""
# No text is legible below; rapidocr would enlarge a line of pixels to gigabytes.
MIN_SIDE = 8
MIN_SCORE = 0.75
# One or two characters are often a texture that looks like a letter.
SHORT, MIN_SHORT_SCORE = 2, 0.9

OPTIONS = {
    "Global.log_level": "critical",
    "Global.use_cls": False,
    "Global.return_word_box": True,
    "Global.max_side_len": WORK_SIDE,
    "Global.text_score": 0.0,
    "Det.limit_type": "max",
    "Det.limit_side_len": DETECTION_SIDE,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
}


@dataclass(frozen=True, slots=True)
class Word:
    """Some characters, and where they stand."""

    text: str
    quad: Quad
    score: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words beside each other."""

    text: str
    quad: Quad
    score: float
    words: tuple[Word, ...]


class TextModel:
    """Detector and reader, loaded."""

    def __init__(self) -> None:
        self._ocr: Any = packages.load("rapidocr").RapidOCR(params=OPTIONS)

    def detect(self, image: Image.Image) -> list[Line]:
        """Return the lines in reading order, in pixels of the image."""
        if min(image.size) < MIN_SIDE:
            return []
        blue_green_red = np.asarray(image)[:, :, ::-1]
        found = self._ocr(blue_green_red)
        if found.txts is None:
            return []
        # rapidocr leaves a line without word boxes out of its list of words.
        words = found.word_results or ()
        aligned = words if len(words) == len(found.txts) else [()] * len(found.txts)
        lines = zip(found.txts, found.boxes, found.scores, aligned, strict=True)
        return [
            _line(text.strip(), _quad(quad), float(score), words)
            for text, quad, score, words in lines
            if _is_text(text.strip(), score)
        ]


def _is_text(text: str, score: float) -> bool:
    return bool(text) and score >= (MIN_SCORE if len(text) > SHORT else MIN_SHORT_SCORE)


def _line(text: str, quad: Quad, score: float, found: Any) -> Line:
    words = tuple(
        Word(word[0].strip(), _quad(word[2]), float(word[1]))
        for word in found
        if len(word) == 3 and word[0].strip()  # noqa: PLR2004 -- text, score, corners
    )
    return Line(text, quad, score, words or (Word(text, quad, score),))


def _quad(corners: Any) -> Quad:
    a, b, c, d = ((float(x), float(y)) for x, y in corners)
    return a, b, c, d
