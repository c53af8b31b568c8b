"""Who is measured, of those that need nothing but what the renderer needs itself.

``ours`` and ``service``  the renderer, in this process and in a child as the service runs it
``tutorial``              Pillow as tutorials show it: full decode, everything from the full picture
``thumbnail``             Pillow's ``thumbnail`` on a file opened anew for each variant
``floor``                 what no renderer can do without: the scaled decode, and the encoding of
                          ready-made variants; all scans of a progressive picture, WebP at the
                          encoder's default effort
"""

import io
import math
import os
import statistics
from collections.abc import Callable, Mapping
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

from bench.render.job import DISPLAY, OWNER, QUALITY, SIDES, TEXT, need
from picture import decode
from picture.limits import Limits
from thumbnailer.order import Order, Signature
from thumbnailer.recipe import OutputFormat, Recipe, Watermark
from thumbnailer.renderer import Renderer
from thumbnailer.steps import render

Files = Mapping[str, bytes]
Run = Callable[[bytes, str], Files]
_FORMATS: Mapping[str, OutputFormat] = {"jpeg": "jpeg", "webp": "webp"}


@lru_cache
def order(form: str) -> Order:
    """Return the job for the renderer."""
    written = _FORMATS[form]
    small = [Recipe(name, side, side, "cover", format=written) for name, side in SIDES.items()]
    mark = Watermark("© {owner}")
    display = Recipe("display", DISPLAY, DISPLAY, format=written, watermark=mark)
    return Order((*small, display), Signature(OWNER))


def ours() -> Run:
    decode.prepare(Limits())

    def run(data: bytes, form: str) -> Files:
        return {one.name: one.data for one in render(data, order(form)).variants}

    return run


def service() -> Run:
    children = Renderer(1, Limits())
    children.warm_up()

    @lru_cache(maxsize=1)
    def fetched(data: bytes) -> int:
        # The download writes into such a file anyway.
        file = os.memfd_create("original")
        os.write(file, data)
        return file

    def run(data: bytes, form: str) -> Files:
        rendered = children.render(fetched(data), order(form))
        return {one.name: one.data for one in rendered.variants}

    return run


def floor() -> Run:
    make = ours()

    @lru_cache(maxsize=4)
    def ready(data: bytes, form: str) -> Mapping[str, Image.Image]:
        files = make(data, form)
        return {name: Image.open(io.BytesIO(file)).convert("RGB") for name, file in files.items()}

    def run(data: bytes, form: str) -> Files:
        variants = ready(data, form)
        image = Image.open(io.BytesIO(data))
        scale = need(*image.size)
        if scale < 1:
            image.draft(None, (math.ceil(image.width * scale), math.ceil(image.height * scale)))
        image.load()
        return {name: encoded(variant, form) for name, variant in variants.items()}

    return run


def tutorial() -> Run:
    def run(data: bytes, form: str) -> Files:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        display = image.copy()
        display.thumbnail((DISPLAY, DISPLAY), Image.Resampling.LANCZOS)
        small = {
            name: ImageOps.fit(image, (side, side), Image.Resampling.LANCZOS)
            for name, side in SIDES.items()
        }
        variants = {**small, "display": _full_frame_watermark(display)}
        return {name: encoded(variant, form) for name, variant in variants.items()}

    return run


def thumbnail() -> Run:
    def fitted(data: bytes, side: int) -> Image.Image:
        image = Image.open(io.BytesIO(data))
        image.thumbnail((side * 2, side * 2), Image.Resampling.LANCZOS)
        return ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (side, side))

    def run(data: bytes, form: str) -> Files:
        display = Image.open(io.BytesIO(data))
        display.thumbnail((DISPLAY, DISPLAY), Image.Resampling.LANCZOS)
        marked = _full_frame_watermark(ImageOps.exif_transpose(display).convert("RGB"))
        small = {name: fitted(data, side) for name, side in SIDES.items()}
        variants = {**small, "display": marked}
        return {name: encoded(variant, form) for name, variant in variants.items()}

    return run


CONTENDERS: Mapping[str, Callable[[], Run]] = {
    "ours": ours,
    "service": service,
    "floor": floor,
    "tutorial": tutorial,
    "thumbnail": thumbnail,
}


def steps(data: bytes, form: str) -> Mapping[str, float]:
    """Return where the renderer spends its time, in milliseconds: medians of a few runs."""
    decode.prepare(Limits())
    runs = [render(data, order(form)).operations for _ in range(5)]
    return {
        each[0].name: statistics.median(one.duration_ms for one in each)
        for each in zip(*runs, strict=True)
    }


def encoded(image: Image.Image, form: str) -> bytes:
    target = io.BytesIO()
    options = {"subsampling": "4:2:0"} if form == "jpeg" else {}
    image.save(target, form.upper(), quality=QUALITY, **options)
    return target.getvalue()


def _full_frame_watermark(image: Image.Image) -> Image.Image:
    layer = Image.new("RGBA", image.size, (255, 255, 255, 0))
    font = ImageFont.load_default(image.width // 25)
    place = (image.width - 20, image.height - 20)
    ImageDraw.Draw(layer).text(place, TEXT, (255, 255, 255, 128), font, anchor="rs")
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")
