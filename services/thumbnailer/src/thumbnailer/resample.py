"""Resizes with Lanczos: through the SIMD library where it proves right, else with Pillow."""

from collections.abc import Callable
from functools import lru_cache
from typing import Final

import cykooz_resizer as simd
from PIL import Image, ImageChops

from picture.orientation import Size
from thumbnailer.geometry import Box

Resize = Callable[[Image.Image, Size, Box], Image.Image]

_MODES: Final = frozenset({"L", "RGB", "RGBA", "CMYK"})
_TOLERANCE: Final = 3
_KEPT_PX: Final = 4_000_000


def resize(image: Image.Image, size: Size, box: Box) -> Image.Image:
    """Return a new picture of ``size`` made from ``box`` of another; never the same object."""
    box = _clamped(box, image.size)
    if size == image.size == (box.width, box.height):
        return image.copy()
    return _chosen()(image, size, box) if image.mode in _MODES else resize_slow(image, size, box)


def resize_fast(image: Image.Image, size: Size, box: Box) -> Image.Image:
    result = Image.new(image.mode, size, None)
    options = simd.ResizeOptions(
        resize_alg=simd.ResizeAlg.convolution(simd.FilterType.lanczos3),
        crop_box=simd.CropBox(box.left, box.top, box.width, box.height),
        use_alpha=image.mode == "RGBA",
    )
    _resizer(image.mode, box.width * size[1]).resize_pil(image, result, options)
    return result


def _resizer(mode: str, columns_px: float) -> simd.Resizer:
    """Return one that has its buffer from earlier pictures, unless this one makes it large.

    The buffer holds the resized columns, and all that is transparent.
    """
    is_small = columns_px <= _KEPT_PX and mode != "RGBA"
    return _kept_resizer() if is_small else simd.Resizer()


@lru_cache(maxsize=1)
def _kept_resizer() -> simd.Resizer:
    return simd.Resizer()


def resize_slow(image: Image.Image, size: Size, box: Box) -> Image.Image:
    edges = (box.left, box.top, box.left + box.width, box.top + box.height)
    return image.resize(size, Image.Resampling.LANCZOS, box=edges)


@lru_cache(maxsize=1)
def _chosen() -> Resize:
    """Return the fast way if it agrees with Pillow here: it reads Pillow's memory from outside."""
    return resize_fast if _agrees("RGB") and _agrees("RGBA") else resize_slow


def _agrees(mode: str) -> bool:
    ramp = Image.linear_gradient("L")
    picture = Image.merge("RGB", (ramp, ramp.rotate(90), ramp.rotate(180))).convert(mode)
    arguments = (picture, (61, 47), Box(3.5, 0, 250, 256))
    apart = ImageChops.difference(resize_fast(*arguments), resize_slow(*arguments))
    return all(high <= _TOLERANCE for _, high in apart.convert("RGB").getextrema())  # type: ignore[misc]  # one pair per band


def _clamped(box: Box, size: Size) -> Box:
    """Return the box without a hair outside: rounding makes it, the fast library rejects it."""
    left, top = max(0.0, box.left), max(0.0, box.top)
    return Box(left, top, min(box.width, size[0] - left), min(box.height, size[1] - top))
