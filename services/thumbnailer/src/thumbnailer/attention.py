"""Finds the part of a picture that a person would look at, from its pixels alone."""

from itertools import accumulate
from typing import Final

from PIL import Image, ImageChops, ImageFilter

from thumbnailer.geometry import Point
from thumbnailer.recipe import Crop

_SIDE: Final = 96
_EDGE: Final = 2
# Of hues as Pillow counts them, 0 to 255: those of skin.
_SKIN: Final = range(5, 30)
_CALM: Final = 1e-3


def look(image: Image.Image, window: tuple[float, float], how: Crop) -> Point:
    """Return the middle of the part of ``window`` (shares of both sides) with most to see.

    ``entropy`` counts detail; ``attention`` also strong colours, and those of skin.
    """
    small = image.convert("RGB").resize(_small(image.size), Image.Resampling.BOX)
    energy = _detail(small) if how == "entropy" else _interest(small)
    across = energy.resize((energy.width, 1), Image.Resampling.BOX).tobytes()
    down = energy.resize((1, energy.height), Image.Resampling.BOX).tobytes()
    return _best(across, window[0]), _best(down, window[1])


def _small(size: tuple[int, int]) -> tuple[int, int]:
    scale = min(1.0, _SIDE / max(size))
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def _detail(image: Image.Image) -> Image.Image:
    grey = image.convert("L")
    # The filter leaves the border as it was: it gets one that goes on as the picture does.
    framed = grey.resize((grey.width + 2 * _EDGE, grey.height + 2 * _EDGE))
    framed.paste(grey, (_EDGE, _EDGE))
    inner = (_EDGE, _EDGE, _EDGE + grey.width, _EDGE + grey.height)
    return framed.filter(ImageFilter.FIND_EDGES).crop(inner)


def _interest(image: Image.Image) -> Image.Image:
    hue, saturation, value = image.convert("HSV").split()
    colour = ImageChops.multiply(saturation, value)
    is_skin = hue.point([255 if tone in _SKIN else 0 for tone in range(256)])
    skin = ImageChops.multiply(is_skin, colour)
    strong = ImageChops.add(colour.point(lambda level: level // 4), skin.point(_half))
    return ImageChops.add(_detail(image), strong)


def _half(level: float) -> float:
    return level / 2


def _best(energy: bytes, share: float) -> float:
    """Return the middle of the window with most energy; of equal ones, that nearest the centre."""
    length = max(1, min(len(energy), round(share * len(energy))))
    sums = [0, *accumulate(energy)]
    most = max(1, sums[-1])

    def worth(start: int) -> float:
        seen = (sums[start + length] - sums[start]) / most
        return seen - _CALM * abs(start + length / 2 - len(energy) / 2) / len(energy)

    start = max(range(len(energy) - length + 1), key=worth)
    return (start + length / 2) / len(energy)
