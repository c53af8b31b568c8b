"""The analysis rendition: what Vision is to judge, as a viewer sees it.

Upright, in sRGB, at most ``MAX_SIDE`` pixels a side: Vision gains nothing from more
(https://cloud.google.com/vision/docs/supported-files#image_sizing), takes neither HEIC nor AVIF
nor large files, and does not say what it makes of an orientation or a colour profile.
"""

import io
from typing import Final

from PIL import Image

from picture.colour import to_srgb
from picture.formats import JPEG
from picture.header import Header
from picture.jpeg.truncation import END
from picture.limits import Limits
from picture.orientation import UPRIGHT, turn
from picture.pixels import has_transparency, unify

EDITION: Final = 1
"""Raise this when Vision is to be sent something else: kept answers are then not used again."""
MAX_SIDE: Final = 1_600
_MAX_PLAIN_BYTES: Final = 4 * 1024 * 1024
_QUALITY: Final = 85


def seen(image: Image.Image, orientation: int, limits: Limits) -> Image.Image:
    """Return decoded pixels as they are seen, small; grey, colour, or with transparency.

    Never the same object: a decoder paints its next frame over that.
    """
    small = _shrunk(unify(image))
    result = turn(to_srgb(small, profile_of(image, limits)), orientation)
    return result.copy() if result is image else result


def profile_of(image: Image.Image, limits: Limits) -> bytes | None:
    profile = image.info.get("icc_profile")
    fits = isinstance(profile, bytes) and 0 < len(profile) <= limits.max_profile_bytes
    return profile if fits else None


def on(background: str, image: Image.Image) -> Image.Image:
    """Return the picture without transparency."""
    if not has_transparency(image):
        return image
    canvas = Image.new("RGB", image.size, background)
    canvas.paste(image, mask=image.getchannel("A"))
    return canvas


def encode(image: Image.Image) -> bytes:
    """Return the JPEG, without any label."""
    image.info = {}
    target = io.BytesIO()
    image.save(target, "JPEG", quality=_QUALITY)
    return target.getvalue()


def needs_none(header: Header, orientation: int, limits: Limits) -> bool:
    """Tell whether the file itself is what a rendition would be: a small upright sRGB JPEG."""
    data, image = header.data, header.image
    return (
        # "MPO" is a JPEG with others behind it.
        (header.form, image.format, orientation) == (JPEG, "JPEG", UPRIGHT)
        and image.mode in {"L", "RGB"}
        and max(header.size) <= MAX_SIDE
        and len(data) <= _MAX_PLAIN_BYTES
        # A file cut short is completed by each decoder in its own way.
        and data[-len(END) :] == END
        and _is_srgb(image, limits)
    )


def _is_srgb(image: Image.Image, limits: Limits) -> bool:
    if not image.info.get("icc_profile"):
        return True
    profile = profile_of(image, limits)
    probe = Image.new(image.mode, (1, 1))
    return profile is not None and to_srgb(probe, profile) is probe


def _shrunk(image: Image.Image) -> Image.Image:
    scale = MAX_SIDE / max(image.size)
    if scale >= 1:
        return image
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    # Two thirds of the time of BICUBIC, and what it loses is less than what the encoder does.
    return image.resize(size, Image.Resampling.HAMMING, reducing_gap=2.0)
