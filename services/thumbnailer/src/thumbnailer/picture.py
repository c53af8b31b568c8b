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

from PIL import Image, ImageColor, ImageFile

from thumbnailer import decode, formats, jpeg, png
from thumbnailer.encode import Encoded, encode, flatten
from thumbnailer.focus import Hint
from thumbnailer.geometry import Box, Cut, Size
from thumbnailer.layers import Layer, cut_layer, cut_of, nearest
from thumbnailer.limits import Limits
from thumbnailer.orientation import UPRIGHT, as_stored, turn, upright_size
from thumbnailer.pixels import unify
from thumbnailer.recipe import Recipe
from thumbnailer.refusals import Refusal
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
class Header:
    """What is known before any pixel is decoded; the size is that of the stored pixels."""

    form: formats.Format
    size: Size = (0, 0)
    orientation: int = UPRIGHT
    frames: int = 1
    profile: bytes | None = None

    @property
    def upright(self) -> Size:
        return upright_size(self.size, self.orientation)


@dataclass(frozen=True)
class Work:
    """One picture on its way."""

    order: Order
    data: Bytes
    header: Header
    opened: ImageFile.ImageFile | None = None
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
    work = Work(order, data, Header(guard_size(data, order.limits)))
    operations = []
    for step in STEPS:
        began = time.perf_counter()
        work = step(work)
        spent_ms = (time.perf_counter() - began) * 1000
        operations.append(Operation(step.__name__, round(spent_ms, 2)))
    width, height = work.header.upright
    found = work.header
    return Rendered(found.form.name, width, height, found.frames, work.variants, tuple(operations))


def guard_size(data: Bytes, limits: Limits) -> formats.Format:
    """Return the format of a file that is neither empty nor too large."""
    if len(data) > limits.max_bytes:
        raise Refusal("too_large", actual=len(data), allowed=limits.max_bytes)
    return formats.identify(data[: formats.HEAD_BYTES])


def keep_still(work: Work) -> Work:
    """Leave nothing of an animated PNG but its default image; count its frames."""
    if work.header.form is not formats.PNG:
        return work
    found = png.outline(work.data, max_chunks=work.order.limits.max_chunks)
    header = replace(work.header, frames=found.frames)
    return replace(work, data=png.still(work.data, found), header=header)


def open_header(work: Work) -> Work:
    limits = work.order.limits
    image = decode.open_header(work.data, work.header.form, limits)
    frames = max(work.header.frames, decode.count_frames(image))
    if frames > limits.max_frames:
        raise Refusal("too_many_frames", actual=frames, allowed=limits.max_frames)
    return replace(work, opened=image, header=replace(work.header, size=image.size, frames=frames))


def read_labels(work: Work) -> Work:
    """Add orientation and colour profile."""
    image = _opened(work)
    profile = image.info.get("icc_profile") or None
    if profile and len(profile) > work.order.limits.max_profile_bytes:
        profile = None
    orientation = decode.read_orientation(image, work.header.form)
    header = replace(work.header, size=image.size, profile=profile, orientation=orientation)
    return replace(work, header=header)


def plan_cuts(work: Work) -> Work:
    """Add what part of the stored pixels each variant shows, and its size."""
    upright, orientation = work.header.upright, work.header.orientation
    cuts = {
        recipe.name: as_stored(cut_of(recipe, upright, work.order.hints), upright, orientation)
        for recipe in work.order.recipes
    }
    return replace(work, cuts=cuts)


def drop_fine_scans(work: Work) -> Work:
    """Refuses hostile JPEGs; reopens a progressive one without what will not be seen."""
    if work.header.form is not formats.JPEG:
        return work
    limits = work.order.limits
    found = jpeg.outline(work.data, max_scans=limits.max_scans, max_segments=limits.max_segments)
    data = jpeg.without_fine_scans(work.data, found, _need(work))
    if data is work.data:
        return work
    return replace(work, data=data, opened=decode.open_header(data, formats.JPEG, limits))


def decode_scaled(work: Work) -> Work:
    need, limits = _need(work), work.order.limits
    image = decode.decode(work.data, _opened(work), work.header.form, need, limits)
    region = Box(0, 0, *work.header.size)
    return replace(work, decoded=Layer(unify(image), region, is_srgb=False), opened=None)


def cut_out(work: Work) -> Work:
    """Add the pixels of each variant, the largest scale first so that others follow from it."""
    layers, images = [_decoded(work)], {}
    for name, wanted in sorted(work.cuts.items(), key=lambda item: -item[1].scale):
        layer = cut_layer(nearest(layers, wanted), wanted, work.header.profile)
        layers.append(layer)
        images[name] = layer.image
    return replace(work, images=images, decoded=None)


def turn_upright(work: Work) -> Work:
    turned = {name: turn(image, work.header.orientation) for name, image in work.images.items()}
    return replace(work, images=turned)


def pad(work: Work) -> Work:
    """Put the variants that must have an exact shape on their background."""
    return replace(work, images=_each(work, _padded))


def mark(work: Work) -> Work:
    return replace(work, images=_each(work, _marked))


def encode_all(work: Work) -> Work:
    encoded = tuple(encode(work.images[recipe.name], recipe) for recipe in work.order.recipes)
    return replace(work, variants=encoded)


STEPS: Final[tuple[Step, ...]] = (
    keep_still,
    open_header,
    read_labels,
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


def _opened(work: Work) -> ImageFile.ImageFile:
    if work.opened is None:
        raise ValueError("the picture has not been opened yet")
    return work.opened


def _decoded(work: Work) -> Layer:
    if work.decoded is None:
        raise ValueError("the picture has not been decoded yet")
    return work.decoded
