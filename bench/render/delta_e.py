"""How different two colours look: CIE DE2000.

Sharma, Wu, Dalal: The CIEDE2000 color-difference formula, 2005
(https://hajim.rochester.edu/ece/sites/gsharma/ciede2000/).
"""

import numpy as np

Pixels = np.ndarray

_TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)
_WHITE = _TO_XYZ.sum(1)


def lab(srgb: Pixels) -> Pixels:
    """Return pixels of sRGB, 0 to 255, as L*, a* and b* under D65."""
    value = srgb / 255
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    ratio = linear @ _TO_XYZ.T / _WHITE
    f = np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116)
    x, y, z = np.moveaxis(f, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def delta_e(one: Pixels, other: Pixels) -> Pixels:
    """Return how far apart the colours are, pixel by pixel; both are L*, a* and b*."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(one, -1, 0), np.moveaxis(other, -1, 0)
    mean_c7 = ((np.hypot(a1, b1) + np.hypot(a2, b2)) / 2) ** 7
    stretch = 1.5 - 0.5 * np.sqrt(mean_c7 / (mean_c7 + 25**7))
    c1, h1 = _polar(a1 * stretch, b1)
    c2, h2 = _polar(a2 * stretch, b2)
    turn = (h2 - h1 + 180) % 360 - 180
    turn = np.where(c1 * c2 == 0, 0, turn)
    lightness, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    hue = np.where(c1 * c2 == 0, h1 + h2, h1 + turn / 2)
    d_l = (l2 - l1) / (1 + 0.015 * (lightness - 50) ** 2 / np.sqrt(20 + (lightness - 50) ** 2))
    d_c = (c2 - c1) / (1 + 0.045 * chroma)
    d_h = 2 * np.sqrt(c1 * c2) * _sin(turn / 2) / (1 + 0.015 * chroma * _weight(hue))
    twist = _sin(60 * np.exp(-((((hue % 360) - 275) / 25) ** 2)))
    rotation = -2 * np.sqrt(chroma**7 / (chroma**7 + 25**7)) * twist
    return np.sqrt(d_l**2 + d_c**2 + d_h**2 + rotation * d_c * d_h)


def _polar(a: Pixels, b: Pixels) -> tuple[Pixels, Pixels]:
    return np.hypot(a, b), np.degrees(np.arctan2(b, a)) % 360


def _weight(hue: Pixels) -> Pixels:
    parts = ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63))
    return 1 + sum(part * np.cos(np.radians(times * hue + at)) for part, times, at in parts)


def _sin(degrees: Pixels) -> Pixels:
    return np.sin(np.radians(degrees))
