"""Who is measured, of those with libraries of their own; runs in their environment.

``turbo``        libjpeg-turbo by itself: the scaled decode, and the encoding of ready-made variants
``vips``         libvips by an expert: one decode at the scale needed, variants from variants
``vips-effort2`` the same with WebP at effort 2
``vips-each``    libvips as documented: ``thumbnail_buffer`` for each variant
``opencv``       OpenCV: reduced decode, averaging filter; no colour management
"""

from collections.abc import Callable, Mapping
from functools import lru_cache

import cv2
import numpy as np
import pyvips
import simplejpeg

from bench.render.job import DISPLAY, QUALITY, SIDES, TEXT, need

Files = Mapping[str, bytes]
Run = Callable[[bytes, str], Files]
_SCALES = (8, 4, 2)
_MARGIN = 20


def _shrink(width: int, height: int) -> int:
    scale = need(width, height)
    return next((factor for factor in _SCALES if scale * factor <= 1), 1)


def turbo() -> Run:
    make = vips()

    @lru_cache(maxsize=2)
    def ready(data: bytes) -> tuple[int, int, Mapping[str, np.ndarray]]:
        height, width, _, _ = simplejpeg.decode_jpeg_header(data)
        shrink = _shrink(width, height)
        files = make(data, "jpeg")
        pixels = {name: simplejpeg.decode_jpeg(file) for name, file in files.items()}
        return -(-height // shrink), -(-width // shrink), pixels

    def run(data: bytes, _form: str) -> Files:
        height, width, pixels = ready(data)
        simplejpeg.decode_jpeg(data, min_height=height, min_width=width, min_factor=1)
        return {
            name: simplejpeg.encode_jpeg(each, quality=QUALITY, colorsubsampling="420")
            for name, each in pixels.items()
        }

    return run


def vips(effort: int = 4) -> Run:
    pyvips.cache_set_max(0)

    def run(data: bytes, form: str) -> Files:
        image = pyvips.Image.new_from_buffer(data, "", access="sequential")
        shrink = _shrink(image.width, image.height)
        if image.get("vips-loader").startswith("jpeg") and shrink > 1:
            image = pyvips.Image.new_from_buffer(data, "", access="sequential", shrink=shrink)
        options = _colour(image)
        display = image.autorot().thumbnail_image(DISPLAY, height=DISPLAY, size="down", **options)
        display = display.copy_memory()
        made, source = {}, display
        for name, side in SIDES.items():
            source = source.thumbnail_image(side, height=side, crop="centre").copy_memory()
            made[name] = source
        made["display"] = _marked(display)
        return {name: _vips_file(each, form, effort) for name, each in made.items()}

    return run


def vips_each() -> Run:
    pyvips.cache_set_max(0)

    def run(data: bytes, form: str) -> Files:
        options = _colour(pyvips.Image.new_from_buffer(data, ""))
        made = {
            name: pyvips.Image.thumbnail_buffer(data, side, height=side, crop="centre", **options)
            for name, side in SIDES.items()
        }
        display = pyvips.Image.thumbnail_buffer(
            data, DISPLAY, height=DISPLAY, size="down", **options
        )
        made["display"] = _composited(display)
        return {name: _vips_file(each, form, 4) for name, each in made.items()}

    return run


def opencv() -> Run:
    cv2.setNumThreads(1)
    flags = {
        8: cv2.IMREAD_REDUCED_COLOR_8,
        4: cv2.IMREAD_REDUCED_COLOR_4,
        2: cv2.IMREAD_REDUCED_COLOR_2,
        1: cv2.IMREAD_COLOR,
    }

    @lru_cache(maxsize=1)
    def size_of(data: bytes) -> tuple[int, int]:
        image = pyvips.Image.new_from_buffer(data, "")
        return image.width, image.height

    def run(data: bytes, form: str) -> Files:
        pixels = cv2.imdecode(np.frombuffer(data, np.uint8), flags[_shrink(*size_of(data))])
        scale = min(1.0, DISPLAY / max(pixels.shape[:2]))
        shape = round(pixels.shape[1] * scale), round(pixels.shape[0] * scale)
        display = cv2.resize(pixels, shape, interpolation=cv2.INTER_AREA)
        side = min(shape)
        left, top = (shape[0] - side) // 2, (shape[1] - side) // 2
        source, made = display[top : top + side, left : left + side], {}
        for name, wanted in SIDES.items():
            source = cv2.resize(source, (wanted, wanted), interpolation=cv2.INTER_AREA)
            made[name] = source
        cv2.putText(display, TEXT[2:], (shape[0] - 700, shape[1] - 20), 0, 2, (255,) * 3, 3)
        made["display"] = display
        return {name: _cv_file(each, form) for name, each in made.items()}

    return run


CONTENDERS: Mapping[str, Callable[[], Run]] = {
    "turbo": turbo,
    "vips": vips,
    "vips-effort2": lambda: vips(2),
    "vips-each": vips_each,
    "opencv": opencv,
}


def _colour(image: pyvips.Image) -> dict[str, str]:
    # Always asking for sRGB would cost untagged pictures a conversion.
    return {"output_profile": "srgb"} if image.get_typeof("icc-profile-data") else {}


def _vips_file(image: pyvips.Image, form: str, effort: int) -> bytes:
    if form == "webp":
        return image.webpsave_buffer(Q=QUALITY, keep="none", effort=effort)
    return image.jpegsave_buffer(Q=QUALITY, keep="none", subsample_mode="on")


@lru_cache(maxsize=4)
def _text(width: int) -> pyvips.Image:
    """Return half-transparent white letters."""
    mask = pyvips.Image.text(TEXT, font=f"sans bold {width // 25}", dpi=72)
    white = mask.new_from_image([255, 255, 255]).copy(interpretation="srgb")
    return white.bandjoin((mask * 0.5).cast("uchar")).copy_memory()


def _marked(image: pyvips.Image) -> pyvips.Image:
    """Return the picture with the letters blended in their own box only."""
    text = _text(image.width)
    left, top = image.width - text.width - _MARGIN, image.height - text.height - _MARGIN
    under = image.crop(left, top, text.width, text.height)
    blended = text[3].ifthenelse(text[0:3], under, blend=True).cast("uchar")
    return image.insert(blended, left, top)


def _composited(image: pyvips.Image) -> pyvips.Image:
    text = _text(image.width)
    left, top = image.width - text.width - _MARGIN, image.height - text.height - _MARGIN
    return image.composite2(text, "over", x=left, y=top).flatten()


def _cv_file(pixels: np.ndarray, form: str) -> bytes:
    kinds = {
        "jpeg": (".jpg", cv2.IMWRITE_JPEG_QUALITY),
        "webp": (".webp", cv2.IMWRITE_WEBP_QUALITY),
    }
    extension, setting = kinds[form]
    return bytes(cv2.imencode(extension, pixels, [setting, QUALITY])[1])
