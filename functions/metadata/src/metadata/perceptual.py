"""Two fingerprints of what a picture looks like; both from a tiny copy, without numpy.

No kept library serves: ImageHash needs numpy, PyWavelets and SciPy; thumbhash on PyPI
(0.1.2) fails on transparent pictures.
"""

import base64
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PIL import Image

_PHASH_SIDE: Final = 32
_PHASH_WAVES: Final = 8
_THUMB_SIDE: Final = 32
_OPAQUE: Final = 255

Channel = Sequence[float]


def phash(image: Image.Image) -> str:
    """Return 16 hexadecimal digits; similar pictures differ in few of the 64 bits.

    The lowest 8 x 8 waves of the brightness, each a bit: above the median or not.
    """
    grey = image.convert("L").resize((_PHASH_SIDE, _PHASH_SIDE), Image.Resampling.BOX)
    pixels = grey.tobytes()
    rows = [pixels[at : at + _PHASH_SIDE] for at in range(0, len(pixels), _PHASH_SIDE)]
    bases = [_wave(k, _PHASH_SIDE) for k in range(_PHASH_WAVES)]
    across = [[_dot(row, base) for row in rows] for base in bases]
    # Rounded, so that a plain picture is not a hash of rounding errors.
    waves = [round(_dot(column, base), 3) for base in bases for column in across]
    middle = statistics.median(waves[1:])  # the first is the mean brightness
    bits = sum((wave > middle) << place for place, wave in enumerate(reversed(waves)))
    return f"{bits:016x}"


def thumbhash(image: Image.Image) -> str:
    """Return the ThumbHash in base64: some 25 bytes that a page can paint as a placeholder.

    https://evanw.github.io/thumbhash/ describes the format.
    """
    small = image.convert("RGBA")
    small.thumbnail((_THUMB_SIDE, _THUMB_SIDE), Image.Resampling.BOX)
    return base64.b64encode(_encode(small.tobytes(), *small.size)).decode()


@dataclass(frozen=True)
class _Waves:
    """A channel as its mean, its waves scaled to 0..1, and their scale."""

    mean: float
    waves: tuple[float, ...]
    scale: float


def _encode(pixels: bytes, width: int, height: int) -> bytes:
    opaque = min(pixels[3::4]) == _OPAQUE
    light, yellow_blue, red_green, alpha = _channels(pixels)
    most = 7 if opaque else 5
    longer = max(width, height)
    across = max(1, _nearest(most * width / longer))
    down = max(1, _nearest(most * height / longer))
    size = (width, height)
    bright = _waves(light, size, max(3, across), max(3, down))
    yellow, red = _waves(yellow_blue, size, 3, 3), _waves(red_green, size, 3, 3)
    wide = width > height
    head = _head(bright, yellow, red, opaque=opaque)
    tail = (down if wide else across) | _nearest(63 * yellow.scale) << 3
    tail |= _nearest(63 * red.scale) << 9 | wide << 15
    veil = None if opaque else _waves(alpha, size, 5, 5)
    mean = [_nearest(15 * veil.mean) | _nearest(15 * veil.scale) << 4] if veil else []
    waves = [*bright.waves, *yellow.waves, *red.waves, *(veil.waves if veil else ())]
    return head.to_bytes(3, "little") + tail.to_bytes(2, "little") + bytes(mean) + _packed(waves)


def _head(bright: _Waves, yellow: _Waves, red: _Waves, *, opaque: bool) -> int:
    head = _nearest(63 * bright.mean) | _nearest(31.5 + 31.5 * yellow.mean) << 6
    head |= _nearest(31.5 + 31.5 * red.mean) << 12 | _nearest(31 * bright.scale) << 18
    return head | (not opaque) << 23


def _channels(pixels: bytes) -> tuple[Channel, Channel, Channel, Channel]:
    """Return brightness, yellow against blue, red against green, and alpha.

    What is transparent counts as the mean colour.
    """
    alpha = [value / 255 for value in pixels[3::4]]
    weight = sum(alpha) or 1.0
    bands = []
    for band in (pixels[0::4], pixels[1::4], pixels[2::4]):
        mean = _dot(band, alpha) / 255 / weight
        bands.append([mean * (1 - a) + a * v / 255 for v, a in zip(band, alpha, strict=True)])
    colours = list(zip(*bands, strict=True))
    light = [(red + green + blue) / 3 for red, green, blue in colours]
    yellow_blue = [(red + green) / 2 - blue for red, green, blue in colours]
    return light, yellow_blue, [red - green for red, green, _ in colours], alpha


def _waves(channel: Channel, size: tuple[int, int], across: int, down: int) -> _Waves:
    width, height = size
    rows = [channel[at : at + width] for at in range(0, width * height, width)]
    columns = [[_dot(row, _wave(k, width)) for row in rows] for k in range(across)]
    found = [
        _dot(columns[kx], _wave(ky, height)) / (width * height)
        for ky in range(down)
        for kx in range(across)
        if kx * down < across * (down - ky)
    ]
    scale = max((abs(wave) for wave in found[1:]), default=0.0)
    scaled = (0.5 + 0.5 / scale * wave if scale else 0.0 for wave in found[1:])
    return _Waves(found[0], tuple(scaled), scale)


def _packed(waves: Sequence[float]) -> bytes:
    """Return each wave as four bits, the first of two in the low half."""
    halves = [_nearest(15 * wave) for wave in waves] + [0] * (len(waves) % 2)
    return bytes(low | high << 4 for low, high in zip(halves[::2], halves[1::2], strict=True))


def _wave(k: int, length: int) -> list[float]:
    return [math.cos(math.pi / length * k * (place + 0.5)) for place in range(length)]


def _dot(first: Sequence[float], second: Sequence[float]) -> float:
    return sum(map(float.__mul__, map(float, first), map(float, second)))


def _nearest(value: float) -> int:
    """Round halves up, as the reference does."""
    return math.floor(value + 0.5)
