"""Photos for measuring: made by code, with about as many bits per pixel as a camera writes."""

import io
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from PIL import Image, ImageChops

SIZES = {"3": (2000, 1500), "12": (4000, 3000), "24": (6000, 4000), "50": (8192, 6144)}
QUALITY = 90
# How much each finer scale covers the coarser ones: 2.2 bits per pixel in the end.
_SCALES = (0.4, 0.4, 0.4, 0.4, 0.4, 0.3, 0.2, 0.06)
_SENSOR_NOISE = 1.5
_EXTENSIONS = {"png": "png", "webp": "webp"}
FOLDER = Path(tempfile.gettempdir()) / "safelight-bench" / "2"


def build(names: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield the named fixtures, such as ``12-baseline``; those that exist are not made again."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in names:
        size, kind = name.split("-")
        path = FOLDER / f"{name}.{_EXTENSIONS.get(kind, 'jpg')}"
        if not path.exists():
            path.write_bytes(_encode(photo(SIZES[size]), kind))
        yield name, path


@lru_cache(maxsize=1)
def photo(size: tuple[int, int]) -> Image.Image:
    """Clouds in all scales, and the noise of a sensor over them."""
    return Image.merge("RGB", [_clouds(size) for _ in range(3)])


def _clouds(size: tuple[int, int]) -> Image.Image:
    clouds = Image.effect_noise((4, 3), 200).resize(size, Image.Resampling.BICUBIC)
    for number, weight in enumerate(_SCALES):
        shift = len(_SCALES) - number
        coarse = (max(1, size[0] >> shift), max(1, size[1] >> shift))
        noise = Image.effect_noise(coarse, 90).resize(size, Image.Resampling.BICUBIC)
        clouds = Image.blend(clouds, noise, weight)
    return ImageChops.add(clouds, Image.effect_noise(size, _SENSOR_NOISE), 1.0, -128)


def _encode(image: Image.Image, kind: str) -> bytes:
    target = io.BytesIO()
    if kind in _EXTENSIONS:
        image.save(target, kind.upper(), **({"quality": 85} if kind == "webp" else {}))
    else:
        progressive = kind == "progressive"
        image.save(target, "JPEG", quality=QUALITY, subsampling="4:2:0", progressive=progressive)
    return target.getvalue()
