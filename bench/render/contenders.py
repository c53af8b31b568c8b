"""Who is measured: each makes the same three JPEGs from the bytes of a picture.

``ours`` and ``service``  the renderer, in this process and in a child as the service runs it
``floor``                 what no renderer can do without: the scaled decode, and the encoding of
                          ready-made variants; with all scans of a progressive picture
``tutorial``              Pillow as tutorials show it: full decode, everything from the full picture
``thumbnail``             Pillow's ``thumbnail`` on a file opened anew for each variant
"""

import io
import math
import os
from collections.abc import Callable, Mapping
from functools import lru_cache

from PIL import Image, ImageDraw, ImageFont, ImageOps

from picture import decode
from picture.limits import Limits
from thumbnailer.recipe import Recipe, Watermark
from thumbnailer.renderer import Renderer
from thumbnailer.steps import Order, render
from thumbnailer.watermark import Signature

OWNER = "Example Photos"
RECIPES = (
    Recipe("thumbnail", 300, 300, "cover"),
    Recipe("icon", 128, 128, "cover"),
    Recipe("display", 1600, 1600, watermark=Watermark("© {owner}")),
)
ORDER = Order(RECIPES, Signature(OWNER))
Files = Mapping[str, bytes]


def ours() -> Callable[[bytes], Files]:
    decode.prepare(Limits())

    def run(data: bytes) -> Files:
        return {one.name: one.data for one in render(data, ORDER).variants}

    return run


def service() -> Callable[[bytes], Files]:
    children = Renderer(1, Limits())
    children.warm_up()

    @lru_cache(maxsize=1)
    def fetched(data: bytes) -> int:
        # The download writes into such a file anyway.
        file = os.memfd_create("original")
        os.write(file, data)
        return file

    def run(data: bytes) -> Files:
        rendered = children.render(fetched(data), ORDER)
        return {one.name: one.data for one in rendered.variants}

    return run


def floor() -> Callable[[bytes], Files]:
    ready = lru_cache(maxsize=2)(_ready_variants)

    def run(data: bytes) -> Files:
        variants = ready(data)
        image = Image.open(io.BytesIO(data))
        need = max(1600 / max(image.size), min(1.0, 300 / min(image.size)))
        if need < 1:
            image.draft(None, (math.ceil(image.width * need), math.ceil(image.height * need)))
        image.load()
        return {name: _jpeg(variant) for name, variant in variants.items()}

    return run


def tutorial() -> Callable[[bytes], Files]:
    def run(data: bytes) -> Files:
        image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
        display = image.copy()
        display.thumbnail((1600, 1600), Image.Resampling.LANCZOS)
        small = {
            "thumbnail": ImageOps.fit(image, (300, 300), Image.Resampling.LANCZOS),
            "icon": ImageOps.fit(image, (128, 128), Image.Resampling.LANCZOS),
        }
        variants = {**small, "display": _full_frame_watermark(display)}
        return {name: _jpeg(variant) for name, variant in variants.items()}

    return run


def thumbnail() -> Callable[[bytes], Files]:
    def fitted(data: bytes, side: int) -> Image.Image:
        image = Image.open(io.BytesIO(data))
        image.thumbnail((side * 2, side * 2), Image.Resampling.LANCZOS)
        return ImageOps.fit(ImageOps.exif_transpose(image).convert("RGB"), (side, side))

    def run(data: bytes) -> Files:
        display = Image.open(io.BytesIO(data))
        display.thumbnail((1600, 1600), Image.Resampling.LANCZOS)
        marked = _full_frame_watermark(ImageOps.exif_transpose(display).convert("RGB"))
        variants = {"thumbnail": fitted(data, 300), "icon": fitted(data, 128), "display": marked}
        return {name: _jpeg(variant) for name, variant in variants.items()}

    return run


CONTENDERS: Mapping[str, Callable[[], Callable[[bytes], Files]]] = {
    "ours": ours,
    "service": service,
    "floor": floor,
    "tutorial": tutorial,
    "thumbnail": thumbnail,
}


def steps(data: bytes) -> Mapping[str, float]:
    """Return where the renderer spends its time, in milliseconds."""
    decode.prepare(Limits())
    return {one.name: one.duration_ms for one in render(data, ORDER).operations}


def _ready_variants(data: bytes) -> Mapping[str, Image.Image]:
    files = ours()(data)
    return {name: Image.open(io.BytesIO(file)).convert("RGB") for name, file in files.items()}


def _jpeg(image: Image.Image) -> bytes:
    target = io.BytesIO()
    image.save(target, "JPEG", quality=80, subsampling="4:2:0")
    return target.getvalue()


def _full_frame_watermark(image: Image.Image) -> Image.Image:
    layer = Image.new("RGBA", image.size, (255, 255, 255, 0))
    font = ImageFont.load_default(image.width // 25)
    ImageDraw.Draw(layer).text(
        (image.width - 20, image.height - 20), f"© {OWNER}", (255, 255, 255, 128), font, anchor="rs"
    )
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")
