"""Colour profiles made by code (ICC.1:2001-04, which is version 2 of the format)."""

import struct
from itertools import product

_TAGS_AT = 128
_D50 = (0.9642, 1.0, 0.8249)

Colour = tuple[float, float, float]

# Red, green and blue in XYZ, adapted to D50.
DISPLAY_P3 = ((0.5151, 0.2412, -0.0011), (0.2920, 0.6922, 0.0419), (0.1571, 0.0666, 0.7841))
ADOBE_RGB = ((0.6097, 0.3111, 0.0195), (0.2053, 0.6257, 0.0609), (0.1492, 0.0632, 0.7446))
PROPHOTO = ((0.7977, 0.2880, 0.0), (0.1352, 0.7119, 0.0), (0.0313, 0.0001, 0.8249))


def rgb(primaries: tuple[Colour, Colour, Colour], gamma: float) -> bytes:
    """Return the profile of a display with these primaries and this curve."""
    tags = {f"{name}XYZ": _xyz(colour) for name, colour in zip("rgb", primaries, strict=True)}
    return _profile(b"RGB ", b"XYZ ", tags | {f"{name}TRC": _curve(gamma) for name in "rgb"})


def grey(gamma: float) -> bytes:
    return _profile(b"GRAY", b"XYZ ", {"kTRC": _curve(gamma)})


def cmyk(points: int = 9) -> bytes:
    """Return the profile of a press whose inks take away a part of the light each."""
    steps = [number / (points - 1) for number in range(points)]
    table = b"".join(_lab_16(_printed(*inks)) for inks in product(steps, repeat=4))
    identity = struct.pack(">9i", *(65536 if at % 4 == 0 else 0 for at in range(9)))
    straight = struct.pack(">2H", 0, 0xFFFF)
    lut = struct.pack(">4s4x4B", b"mft2", 4, 3, points, 0) + identity + struct.pack(">2H", 2, 2)
    return _profile(b"CMYK", b"Lab ", {"A2B0": lut + straight * 4 + table + straight * 3}, b"prtr")


def _printed(cyan: float, magenta: float, yellow: float, black: float) -> Colour:
    """Return what is seen of the inks, as L*, a* and b*."""
    light = 1 - 0.93 * black
    lightness = 97 * light * (1 - 0.42 * cyan) * (1 - 0.5 * magenta) * (1 - 0.09 * yellow)
    a = light * (74 * magenta - 37 * cyan * (1 - magenta) - 5 * yellow)
    b = light * (93 * yellow * (1 - 0.5 * magenta) - 50 * cyan - 3 * magenta)
    return lightness, a, b


def _lab_16(lab: Colour) -> bytes:
    lightness, a, b = lab
    parts = (lightness * 0xFF00 / 100, (a + 128) * 256, (b + 128) * 256)
    return struct.pack(">3H", *(min(0xFFFF, max(0, round(part))) for part in parts))


def _xyz(colour: Colour) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(part * 65536) for part in colour))


def _curve(gamma: float) -> bytes:
    return struct.pack(">4s4xIH2x", b"curv", 1, round(gamma * 256))


def _profile(space: bytes, between: bytes, tags: dict[str, bytes], kind: bytes = b"mntr") -> bytes:
    """Return a profile from ``space`` to the connection space ``between``."""
    text = b"desc" + struct.pack(">4xI", 6) + b"bench\0" + bytes(78)
    free = b"text" + bytes(4) + b"none\0"
    tags = {"desc": text, "cprt": free, "wtpt": _xyz(_D50), **tags}
    places, body = b"", b""
    start = _TAGS_AT + 4 + 12 * len(tags)
    for name, data in tags.items():
        places += struct.pack(">4sII", name.encode(), start + len(body), len(data))
        body += data + bytes(-len(data) % 4)
    size = start + len(body)
    white = struct.pack(">3i", *(round(part * 65536) for part in _D50))
    head = struct.pack(">I4xI4s4s4s12x4s28x", size, 0x02400000, kind, space, between, b"acsp")
    return (head + white).ljust(_TAGS_AT, b"\0") + struct.pack(">I", len(tags)) + places + body
