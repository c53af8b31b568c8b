"""Photos for measuring: made by code, with about as many bits per pixel as a camera writes."""

import io
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops

SIZES = {"12": (4000, 3000), "24": (6000, 4000), "50": (8192, 6144)}
QUALITY = 90
_OCTAVES = 9


def build(folder: Path, names: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield the named fixtures, such as ``12-baseline``; those that exist are not made again."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        size, kind = name.split("-")
        path = folder / f"{name}.{_EXTENSIONS.get(kind, 'jpg')}"
        if not path.exists():
            path.write_bytes(_encode(photo(SIZES[size]), kind))
        yield name, path


@lru_cache(maxsize=1)
def photo(size: tuple[int, int]) -> Image.Image:
    """Clouds in all scales, and the noise of a sensor over them."""
    return Image.merge("RGB", [_clouds(size) for _ in range(3)])


def _clouds(size: tuple[int, int]) -> Image.Image:
    clouds = Image.effect_noise((4, 3), 200).resize(size, Image.Resampling.BICUBIC)
    for octave in range(1, _OCTAVES):
        coarse = (max(1, size[0] >> (_OCTAVES - octave)), max(1, size[1] >> (_OCTAVES - octave)))
        noise = Image.effect_noise(coarse, 90).resize(size, Image.Resampling.BICUBIC)
        clouds = Image.blend(clouds, noise, 0.4 if octave < _OCTAVES - 1 else 0.06)
    sensor = Image.effect_noise(size, 2)
    return ImageChops.add(clouds, sensor, 1.0, -128)


_EXTENSIONS = {"png": "png", "webp": "webp"}


def _encode(image: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    if kind in _EXTENSIONS:
        image.save(target, kind.upper(), **({"quality": 85} if kind == "webp" else {}))
    else:
        progressive = kind == "progressive"
        image.save(target, "JPEG", quality=QUALITY, subsampling="4:2:0", progressive=progressive)
    return target.getvalue()
