"""Colour as a screen shows it: profiles are converted to sRGB through LittleCMS."""

import io
from functools import lru_cache
from itertools import product
from typing import Final

from PIL import Image, ImageCms

_SPACES: Final = {"L": "GRAY", "RGB": "RGB ", "RGBA": "RGB ", "CMYK": "CMYK"}
_RESULTS: Final = {"L": "RGB", "RGB": "RGB", "RGBA": "RGBA", "CMYK": "RGB"}
_PROBES: Final = tuple(range(0, 256, 51))
_INVISIBLE: Final = 1


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return the picture in sRGB, as L, RGB or RGBA. A profile that makes no sense is ignored."""
    transform = _transform(profile, image.mode) if profile else None
    if transform is not None:
        converted = ImageCms.applyTransform(image, transform)
        return converted if converted is not None else image
    return image.convert("RGB") if image.mode == "CMYK" else image


# Few, because that of a print profile takes megabytes; most pictures have one of two.
@lru_cache(maxsize=3)
def _transform(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    """Return the way from a profile to sRGB; None where there is none or nothing would change."""
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if source.profile.xcolor_space != _SPACES[mode]:
            return None
        transform = ImageCms.buildTransform(source, _srgb(), mode, _RESULTS[mode])
    except (ImageCms.PyCMSError, OSError):
        return None
    return None if mode != "CMYK" and _changes_nothing(transform, mode) else transform


@lru_cache(maxsize=1)
def _srgb() -> ImageCms.ImageCmsProfile:
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))


def _changes_nothing(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    probe = _probe().convert(mode)
    result = ImageCms.applyTransform(probe, transform)
    if result is None:
        return False
    before, after = probe.convert("RGB").tobytes(), result.convert("RGB").tobytes()
    return all(abs(a - b) <= _INVISIBLE for a, b in zip(before, after, strict=True))


@lru_cache(maxsize=1)
def _probe() -> Image.Image:
    """Colours from all corners of the cube."""
    colours = bytes(value for colour in product(_PROBES, repeat=3) for value in colour)
    return Image.frombytes("RGB", (len(colours) // 3, 1), colours)
