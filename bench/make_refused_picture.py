"""Make the sample picture that the local SafeSearch model refuses.

It shows soft coloured shapes and nothing else.  They were found by a random search for
what the open_nsfw model takes for adult content, so the sample is refused by the model
itself, with no rule anywhere that knows it.

    python bench/make_refused_picture.py OUT.jpg          draw the shapes below
    python bench/make_refused_picture.py --search 1       look for others; takes some minutes
"""

import argparse
import colorsys
import math
import time
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from localcloud.vision.safe_search import SafeSearchModel

Shapes = NDArray[np.float64]

SIZE = (800, 600)
QUALITY = 88
COUNT = 9
# Green to violet, none of it dark: nothing that could pass for skin, or for a body in shade.
HUES, SATURATIONS, VALUES = (0.33, 0.78), (0.3, 1.0), (0.45, 1.0)
# In hundredths: x, y, radius across, radius along, turn, hue, saturation, value.
# The first row is the ground, of which only the colour counts.
SHAPES = [
    [96, 78, 0, 100, 41, 50, 26, 100],
    [4, 14, 35, 62, 62, 97, 100, 0],
    [7, 82, 46, 67, 86, 53, 28, 77],
    [37, 73, 71, 31, 46, 44, 12, 0],
    [34, 80, 9, 100, 5, 61, 25, 8],
    [9, 93, 52, 17, 66, 50, 54, 62],
    [94, 1, 87, 98, 61, 91, 15, 6],
    [99, 84, 27, 65, 16, 0, 63, 22],
    [20, 7, 8, 45, 14, 61, 0, 83],
    [61, 43, 79, 0, 44, 43, 50, 8],
]

SEARCH_S = 240.0
GOOD_LOG_ODDS = 4.5
"""A score of 0.989, in every size that the search tries."""
TRIED_SIZES = ((256, 256), (1024, 768), (480, 640))


def draw(shapes: Shapes, size: tuple[int, int]) -> Image.Image:
    """Return the picture of some shapes, each a row of numbers between 0 and 1."""
    width, height = size
    y, x = np.mgrid[0:height, 0:width] / np.array([height, width])[:, None, None]
    picture = np.ones((height, width, 3)) * _color(shapes[0])
    for shape in shapes[1:]:
        cover = _cover(shape, x, y)[..., None]
        picture = picture * (1 - cover) + _color(shape) * cover
    return Image.fromarray((picture * 255).astype(np.uint8))


def _cover(shape: Shapes, x: Shapes, y: Shapes) -> Shapes:
    """Return how much each pixel is covered: an ellipse with a soft edge."""
    across, along = 0.05 + 0.45 * shape[2], 0.05 + 0.45 * shape[3]
    dx, dy = x - (1.2 * shape[0] - 0.1), y - (1.2 * shape[1] - 0.1)
    cos, sin = math.cos(math.pi * shape[4]), math.sin(math.pi * shape[4])
    distance = ((dx * cos + dy * sin) / across) ** 2 + ((dy * cos - dx * sin) / along) ** 2
    cover: Shapes = np.exp(-(distance**2))
    return cover


def _color(shape: Shapes) -> Shapes:
    ranges = (HUES, SATURATIONS, VALUES)
    hue, saturation, value = (
        low + (high - low) * share for share, (low, high) in zip(shape[5:], ranges, strict=True)
    )
    return np.array(colorsys.hsv_to_rgb(hue, saturation, value))


class Search:
    """A random walk uphill in the model's score."""

    def __init__(self, seed: int) -> None:
        self._random = np.random.default_rng(seed)
        self._model = SafeSearchModel()

    def run(self) -> tuple[Shapes, float]:
        """Return the best shapes found, and their log-odds."""
        best, odds = self._random.random((COUNT + 1, 8)), -math.inf
        deadline = time.monotonic() + SEARCH_S
        while odds < GOOD_LOG_ODDS and time.monotonic() < deadline:
            shapes = self._changed(best)
            found = self._log_odds(shapes)
            if found >= odds:
                best, odds = shapes, found
        return best, odds

    def _changed(self, shapes: Shapes) -> Shapes:
        if self._random.random() < 0.15:
            changed = shapes.copy()
            changed[self._random.integers(len(shapes))] = self._random.random(8)
            return changed
        touched = self._random.random(shapes.shape) < self._random.choice([0.05, 0.15, 0.5])
        step = self._random.normal(0, self._random.choice([0.05, 0.1, 0.25]), shapes.shape)
        moved: Shapes = np.clip(shapes + touched * step, 0, 1).round(2)
        return moved

    def _log_odds(self, shapes: Shapes) -> float:
        small = draw(shapes, (128, 128))
        scores = (self._model.score(small.resize(size)) for size in TRIED_SIZES)
        return min(math.log(score / (1 - score)) for score in scores)


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    arguments.add_argument("out", type=Path, nargs="?", help="where the JPEG goes")
    arguments.add_argument("--search", type=int, metavar="SEED", help="look for other shapes")
    given = arguments.parse_args()
    shapes = np.array(SHAPES) / 100
    if given.search is not None:
        shapes, odds = Search(given.search).run()
        print(f"log-odds {odds:.2f}\n{(shapes * 100).round().astype(int).tolist()}")
    if given.out:
        draw(shapes, SIZE).save(given.out, "JPEG", quality=QUALITY)


if __name__ == "__main__":
    main()
