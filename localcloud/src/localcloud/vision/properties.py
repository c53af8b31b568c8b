"""IMAGE_PROPERTIES: dominant colours by median cut."""

from dataclasses import dataclass

from PIL import Image

SIDE = 96
COLORS = 10
KMEANS_ROUNDS = 1
# A grey area counts for less than a colourful one of the same size.
GREY_WEIGHT = 0.3


@dataclass(frozen=True, slots=True)
class Color:
    """A colour (0-255 a channel), its share of the pixels and its share of attention."""

    rgb: tuple[int, int, int]
    pixel_fraction: float
    score: float


def dominant_colors(image: Image.Image) -> list[Color]:
    """Return at most ten colours, the most striking first."""
    counts = _counts(image)
    pixels = sum(counts.values())
    weights = {rgb: n * (GREY_WEIGHT + _saturation(rgb)) for rgb, n in counts.items()}
    whole = sum(weights.values())
    colors = [Color(rgb, n / pixels, weights[rgb] / whole) for rgb, n in counts.items()]
    return sorted(colors, key=lambda color: -color.score)


def _counts(image: Image.Image) -> dict[tuple[int, int, int], int]:
    copy = image.copy()
    copy.thumbnail((SIDE, SIDE))
    reduced = copy.quantize(COLORS, method=Image.Quantize.MEDIANCUT, kmeans=KMEANS_ROUNDS)
    histogram = reduced.convert("RGB").getcolors() or []
    return {(rgb[0], rgb[1], rgb[2]): n for n, rgb in histogram if isinstance(rgb, tuple)}


def _saturation(rgb: tuple[int, int, int]) -> float:
    return (max(rgb) - min(rgb)) / 255
