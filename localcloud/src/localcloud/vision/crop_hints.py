"""CROP_HINTS: the crop around the faces, or else what smartcrop finds.

``confidence`` is no measurement: 0.8 where the crop was laid around faces, 0.5 otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from PIL import Image

from localcloud.vision import packages
from localcloud.vision.geometry import Box, enclosing

DEFAULT_RATIO = 1.0
FACE_CONFIDENCE = 0.8
GUESS_CONFIDENCE = 0.5
# smartcrop looks at squares, and a line has none.
MIN_SIDE = 8


@dataclass(frozen=True, slots=True)
class CropHint:
    """A crop in pixels of the image given."""

    box: Box
    confidence: float
    importance_fraction: float

    def scaled(self, factor: float) -> "CropHint":
        """Return the same crop in pixels of a picture ``factor`` times as large."""
        return CropHint(self.box.scaled(factor), self.confidence, self.importance_fraction)


def hint(image: Image.Image, ratio: float, faces: Sequence[Box]) -> CropHint:
    """Return the crop of this aspect ratio (width / height) that keeps most of the subject."""
    width, height = _largest(image.size, ratio)
    if min(image.size) < MIN_SIDE:
        box, confidence = (
            _around(Box(0, 0, *image.size), width, height, image.size),
            GUESS_CONFIDENCE,
        )
    elif faces:
        box, confidence = (
            _around(enclosing(list(faces)), width, height, image.size),
            FACE_CONFIDENCE,
        )
    else:
        box, confidence = _guess(image, width, height), GUESS_CONFIDENCE
    fraction = box.width * box.height / (image.width * image.height)
    return CropHint(box, confidence, fraction)


def _largest(size: tuple[int, int], ratio: float) -> tuple[int, int]:
    width, height = size
    if width / ratio <= height:
        return width, max(1, round(width / ratio))
    return max(1, round(height * ratio)), height


def _around(subject: Box, width: int, height: int, size: tuple[int, int]) -> Box:
    x, y = subject.center
    left = min(max(x - width / 2, 0), size[0] - width)
    top = min(max(y - height / 2, 0), size[1] - height)
    return Box(left, top, left + width, top + height)


def _guess(image: Image.Image, width: int, height: int) -> Box:
    # smartcrop scales the picture until the shorter side of the crop has 100 pixels.
    unit = 100 / min(width, height)
    crop = (
        packages.load("smartcrop")
        .SmartCrop()
        .crop(image, max(1, round(width * unit)), max(1, round(height * unit)))["top_crop"]
    )
    left, top = crop["x"], crop["y"]
    right, bottom = left + crop["width"], top + crop["height"]
    return Box(left, top, min(right, image.width), min(bottom, image.height))
