"""What a decoding process (``picture.process.child``) does for this service: render one picture."""

import io
import mmap
from typing import Any, Final

from PIL import Image

from picture import decode
from picture.limits import Limits
from thumbnailer.focus import Advice, Hint
from thumbnailer.order import Order, Rendered, Signature
from thumbnailer.recipe import Recipe
from thumbnailer.steps import render

_WARM_UP: Final = Recipe("warm-up", 8, 8)


def warm_up(limits: Limits) -> None:
    """Load the decoders and prove the resampler, so that no picture has to wait for it."""
    decode.prepare(limits)
    target = io.BytesIO()
    Image.new("RGB", (32, 32)).save(target, "JPEG")
    render(target.getvalue(), Order((_WARM_UP,), limits=limits))


def work(order: dict[str, Any], data: mmap.mmap, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """Return the answer to one order, and the files of its variants in a row."""
    rendered = render(data, _understood(order, limits))
    return _told(rendered), b"".join(variant.data for variant in rendered.variants)


def _understood(order: dict[str, Any], limits: Limits) -> Order:
    return Order(
        recipes=tuple(Recipe.from_json(recipe) for recipe in order["recipes"]),
        signature=Signature(**order["signature"]),
        advice=Advice(_hints(order["advice"]["hints"]), _hints(order["advice"]["faces"])),
        limits=limits,
    )


def _hints(told: list[dict[str, float]]) -> tuple[Hint, ...]:
    return tuple(Hint(**hint) for hint in told)


def _told(rendered: Rendered) -> dict[str, Any]:
    return {
        "format": rendered.format,
        "width": rendered.width,
        "height": rendered.height,
        "frames": rendered.frames,
        "operations": [[step.name, step.duration_ms] for step in rendered.operations],
        "variants": [
            [one.name, one.extension, one.width, one.height, len(one.data), one.recipe]
            for one in rendered.variants
        ],
    }
