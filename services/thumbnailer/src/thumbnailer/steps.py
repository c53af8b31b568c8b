"""From the bytes of an original to the bytes of its variants: a list of steps.

Each step takes the work so far and returns it with one thing more. Pixels are decoded
once, at the smallest scale that serves all variants, and each variant is made from the
smallest picture that already holds it. Turning, writing over and encoding are done on
the small results.
"""

import mmap
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from PIL import Image, ImageColor

from picture import decode, jpeg
from picture.header import Header, read_header
from picture.limits import Limits
from picture.orientation import Size, turn, upright_size
from picture.pixels import unify
from thumbnailer.credit import read_credit
from thumbnailer.encode import Encoded, encode, flatten
from thumbnailer.focus import Hint
from thumbnailer.geometry import Box, Cut, as_stored
from thumbnailer.layers import Layer, cut_layer, cut_of, nearest
from thumbnailer.recipe import Recipe
from thumbnailer.watermark import stamp

Bytes = bytes | mmap.mmap


@dataclass(frozen=True)
class Order:
    """What is wanted of a picture."""

    recipes: tuple[Recipe, ...]
    owner: str = ""
    hints: tuple[Hint, ...] = ()
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Labels:
    """What a picture says about its pixels; their size is the one that is stored."""

    size: Size
    orientation: int
    profile: bytes | None
    credit: bytes

    @property
    def upright(self) -> Size:
        return upright_size(self.size, self.orientation)


@dataclass(frozen=True)
class Work:
    """One picture on its way."""

    order: Order
    header: Header
    labels: Labels
    cuts: Mapping[str, Cut] = field(default_factory=dict)
    decoded: Layer | None = None
    images: Mapping[str, Image.Image] = field(default_factory=dict)
    variants: tuple[Encoded, ...] = ()


Step = Callable[[Work], Work]


@dataclass(frozen=True)
class Operation:
    """A step that was taken, for the record."""

    name: str
    duration_ms: float


@dataclass(frozen=True)
class Rendered:
    """The variants of one picture, and what was found out about it."""

    format: str
    width: int
    height: int
    frames: int
    variants: tuple[Encoded, ...]
    operations: tuple[Operation, ...]
    peak_rss_kb: int = 0


def render(data: Bytes, order: Order) -> Rendered:
    """Return the variants of a picture. Raises Refusal."""
    work, operations = _begin(data, order)
    for step in STEPS:
        began = time.perf_counter()
        work = step(work)
        operations.append(_taken(step.__name__, began))
    width, height = work.labels.upright
    found = work.header
    return Rendered(found.form.name, width, height, found.frames, work.variants, tuple(operations))


def _begin(data: Bytes, order: Order) -> tuple[Work, list[Operation]]:
    began = time.perf_counter()
    header = read_header(data, order.limits)
    work = Work(order, header, _labels(header, order.limits))
    return work, [_taken("read_header", began)]


def _taken(name: str, began: float) -> Operation:
    return Operation(name, round((time.perf_counter() - began) * 1000, 2))


def _labels(header: Header, limits: Limits) -> Labels:
    orientation = decode.read_orientation(header.image, header.form)
    profile = header.image.info.get("icc_profile") or None
    if profile and len(profile) > limits.max_profile_bytes:
        profile = None
    # Reading labels may decode, and decoding may turn: the size is known only now.
    return Labels(header.image.size, orientation, profile, read_credit(header.image))


def plan_cuts(work: Work) -> Work:
    """Add what part of the stored pixels each variant shows, and its size."""
    upright, orientation = work.labels.upright, work.labels.orientation
    cuts = {
        recipe.name: as_stored(cut_of(recipe, upright, work.order.hints), upright, orientation)
        for recipe in work.order.recipes
    }
    return replace(work, cuts=cuts)


def drop_fine_scans(work: Work) -> Work:
    """Reopen a progressive JPEG without the scans that will not be seen."""
    header = work.header
    if header.outline is None:
        return work
    data = jpeg.without_fine_scans(header.data, header.outline, _need(work))
    if data is header.data:
        return work
    image = decode.open_header(data, header.form, work.order.limits)
    return replace(work, header=replace(header, data=data, image=image))


def decode_scaled(work: Work) -> Work:
    header = work.header
    image = decode.decode(header.data, header.image, header.form, _need(work), work.order.limits)
    region = Box(0, 0, *work.labels.size)
    return replace(work, decoded=Layer(unify(image), region, is_srgb=False))


def cut_out(work: Work) -> Work:
    """Add the pixels of each variant, the largest scale first so that others follow from it."""
    layers, images = [_decoded(work)], {}
    for name, wanted in sorted(work.cuts.items(), key=lambda item: -item[1].scale):
        layer = cut_layer(nearest(layers, wanted), wanted, work.labels.profile)
        layers.append(layer)
        images[name] = layer.image
    return replace(work, images=images, decoded=None)


def turn_upright(work: Work) -> Work:
    turned = {name: turn(image, work.labels.orientation) for name, image in work.images.items()}
    return replace(work, images=turned)


def pad(work: Work) -> Work:
    """Put the variants that must have an exact shape on their background."""
    return replace(work, images=_each(work, _padded))


def mark(work: Work) -> Work:
    return replace(work, images=_each(work, _marked))


def encode_all(work: Work) -> Work:
    credit = work.labels.credit
    encoded = (encode(work.images[one.name], one, credit) for one in work.order.recipes)
    return replace(work, variants=tuple(encoded))


STEPS: Final[tuple[Step, ...]] = (
    plan_cuts,
    drop_fine_scans,
    decode_scaled,
    cut_out,
    turn_upright,
    pad,
    mark,
    encode_all,
)


def _need(work: Work) -> float:
    return min(1.0, max((wanted.scale for wanted in work.cuts.values()), default=1.0))


def _each(
    work: Work, change: Callable[[Image.Image, Recipe, Order], Image.Image]
) -> dict[str, Image.Image]:
    named = {recipe.name: recipe for recipe in work.order.recipes}
    return {name: change(image, named[name], work.order) for name, image in work.images.items()}


def _padded(image: Image.Image, recipe: Recipe, _order: Order) -> Image.Image:
    if recipe.fit != "contain" or image.size == (recipe.width, recipe.height):
        return image
    colour = ImageColor.getrgb(recipe.background)
    canvas = Image.new("RGB", (recipe.width, recipe.height), colour)
    place = (recipe.width - image.width) // 2, (recipe.height - image.height) // 2
    canvas.paste(flatten(image, recipe.background), place)
    return canvas


def _marked(image: Image.Image, recipe: Recipe, order: Order) -> Image.Image:
    return stamp(image, recipe.watermark, order.owner) if recipe.watermark else image


def _decoded(work: Work) -> Layer:
    if work.decoded is None:
        raise ValueError("the picture has not been decoded yet")
    return work.decoded
