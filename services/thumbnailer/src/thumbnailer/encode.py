"""Turns a finished picture into the bytes of files."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from PIL import Image

from picture.pixels import has_transparency, without_needless_alpha
from thumbnailer.files import EXTENSIONS, MOVING, Encoded, Written
from thumbnailer.film import Film
from thumbnailer.recipe import OutputFormat, Recipe

_MIN_QUALITY: Final = 10


@dataclass(frozen=True)
class _Page:
    """What is written: a picture, and labels."""

    image: Image.Image
    credit: bytes


def encode_each(
    image: Image.Image, recipe: Recipe, origin: str, credit: bytes = b""
) -> tuple[Encoded, ...]:
    """Return the variant in every format that its recipe asks for, or the smallest of them.

    ``origin`` is the format of the original; the only label is the credit.
    """
    still = without_needless_alpha(image.still()) if isinstance(image, Film) else image
    formats = list(dict.fromkeys(choose(wanted, origin, still) for wanted in recipe.formats))
    if recipe.keep == "smallest" and isinstance(image, Film):
        # A still would always be smaller.
        formats = [form for form in formats if form in MOVING]
    shown = ((image if form in MOVING else still, form) for form in formats)
    made = [encode(one, recipe, form, credit) for one, form in shown]
    if recipe.keep == "smallest":
        return (min(made, key=lambda one: len(one.data)),)
    others = (replace(one, name=f"{one.name}-{one.extension}") for one in made[1:])
    return made[0], *others


def choose(wanted: OutputFormat, origin: str, image: Image.Image) -> Written:
    if wanted == "auto":
        return "png" if has_transparency(image) else "jpeg"
    if wanted == "original":
        return next((form for form in EXTENSIONS if form == origin), "png")
    return wanted


def encode(image: Image.Image, recipe: Recipe, form: Written, credit: bytes = b"") -> Encoded:
    if form == "jpeg":
        image = flatten(image, recipe.background)
    # The savers of JPEG, WebP and AVIF copy comments and profiles out of here.
    image.info = {}
    page = _Page(image, credit if recipe.labels == "credit" else b"")
    data = _within(lambda quality: _WRITERS[form](page, quality), recipe, form)
    return Encoded(recipe.name, EXTENSIONS[form], *image.size, data, recipe.name)


def flatten(image: Image.Image, background: str) -> Image.Image:
    """Return the picture on a plain background; unchanged if nothing shines through."""
    if not has_transparency(image):
        return image
    canvas = Image.new("RGB", image.size, background)
    canvas.paste(image, mask=image.getchannel("A"))
    return canvas


def _within(write: Callable[[int], bytes], recipe: Recipe, form: Written) -> bytes:
    """Return the file at the recipe's quality, or at the best one that keeps its target."""
    data = write(recipe.quality)
    if recipe.max_bytes is None or len(data) <= recipe.max_bytes or form == "png":
        return data
    low, high = min(_MIN_QUALITY, recipe.quality), recipe.quality - 1
    best = None
    while low <= high:
        quality = (low + high) // 2
        data = write(quality)
        if len(data) <= recipe.max_bytes:
            best, low = data, quality + 1
        else:
            high = quality - 1
    return best if best is not None else data


def _write_jpeg(page: _Page, quality: int) -> bytes:
    return _saved(page, "JPEG", quality=quality, subsampling="4:2:0")


def _write_png(page: _Page, _quality: int) -> bytes:
    return _saved(page, "PNG")


def _write_webp(page: _Page, quality: int) -> bytes:
    # Method 2 takes 0.4 of the time of the default 4, for 4 % more bytes.
    return _saved(page, "WEBP", quality=quality, method=2)


def _write_avif(page: _Page, quality: int) -> bytes:
    return _saved(page, "AVIF", quality=quality, speed=9, max_threads=1)


def _saved(page: _Page, plugin: str, **options: int | str) -> bytes:
    target, motion = io.BytesIO(), {}
    if isinstance(page.image, Film):
        motion = {"save_all": True, "duration": page.image.durations, "loop": page.image.loop}
    page.image.save(target, plugin, exif=page.credit, **options, **motion)
    return target.getvalue()


_WRITERS: Final[dict[Written, Callable[[_Page, int], bytes]]] = {
    "jpeg": _write_jpeg,
    "png": _write_png,
    "webp": _write_webp,
    "avif": _write_avif,
}
