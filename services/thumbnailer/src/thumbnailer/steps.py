"""From the bytes of an original to the bytes of its variants: a list of steps.

Each step takes the work so far and returns it with one thing more. Pixels are decoded
once, at the smallest scale that serves all variants, and each variant is made from the
smallest picture that already holds it. Turning, writing over and encoding are done on
the small results.
"""

import mmap
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from PIL import Image, ImageColor

from picture import decode
from picture.formats import AVIF, GIF, PNG, WEBP
from picture.gamut import implied_profile
from picture.header import Header, read_header
from picture.jpeg.markers import without_fine_scans
from picture.limits import Limits
from picture.orientation import Size, turn, upright_size
from picture.pixels import unify
from thumbnailer.attention import look
from thumbnailer.credit import read_credit
from thumbnailer.encode import choose, encode_each, flatten
from thumbnailer.files import MOVING, Encoded
from thumbnailer.film import Film, count_plays, durations
from thumbnailer.focus import told_focus
from thumbnailer.geometry import CENTRE, Box, Cut, Point, as_stored
from thumbnailer.layers import Layer, cut_layer, cut_of, nearest
from thumbnailer.order import Operation, Order, Rendered
from thumbnailer.recipe import Recipe
from thumbnailer.resample import resize
from thumbnailer.watermark import stamp

Bytes = bytes | mmap.mmap

_GLANCE_PX: Final = 192
_ANIMATED: Final = frozenset({GIF, PNG, WEBP, AVIF})


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
    profile = profile or implied_profile(header.data, header.image, header.form)
    # Reading labels may decode, and decoding may turn: the size is known only now.
    return Labels(header.image.size, orientation, profile, read_credit(header.image))


def plan_cuts(work: Work) -> Work:
    """Add what part of the stored pixels each variant shows, and its size."""
    upright = work.labels.upright
    points = {one.name: told_focus(one, work.order.advice, upright) for one in work.order.recipes}
    return replace(work, cuts=_cuts(work, {name: at or CENTRE for name, at in points.items()}))


def drop_fine_scans(work: Work) -> Work:
    """Reopen a progressive JPEG without the scans that will not be seen."""
    header = work.header
    if header.outline is None:
        return work
    data = without_fine_scans(header.data, header.outline, _need(work))
    if data is header.data:
        return work
    image = decode.open_header(data, header.form, work.order.limits)
    return replace(work, header=replace(header, data=data, image=image))


def decode_scaled(work: Work) -> Work:
    header = work.header
    image = decode.decode(header.data, header.image, header.form, _need(work), work.order.limits)
    region = Box(0, 0, *work.labels.size)
    return replace(work, decoded=Layer(unify(image), region, is_srgb=False))


def look_around(work: Work) -> Work:
    """Move the cuts whose place only the pixels tell."""
    upright, advice = work.labels.upright, work.order.advice
    lost = [
        recipe
        for recipe in work.order.recipes
        if recipe.fit == "cover" and told_focus(recipe, advice, upright) is None
    ]
    if not lost:
        return work
    image = _glance(work)
    points = {}
    for recipe in lost:
        region = cut_of(recipe, upright, CENTRE).region
        window = region.width / upright[0], region.height / upright[1]
        points[recipe.name] = look(image, window, recipe.crop)
    return replace(work, cuts={**work.cuts, **_cuts(work, points)})


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


def animate(work: Work) -> Work:
    """Put a film in the place of the still, where a recipe wants it and its format can."""
    if work.header.frames == 1 or work.header.form not in _ANIMATED:
        return work
    films = {
        recipe.name: _film(work, recipe) for recipe in work.order.recipes if _moves(work, recipe)
    }
    return replace(
        work, images={**work.images, **{name: one for name, one in films.items() if one}}
    )


def encode_all(work: Work) -> Work:
    credit, origin = work.labels.credit, work.header.form.name
    encoded = (
        variant
        for recipe in work.order.recipes
        for variant in encode_each(work.images[recipe.name], recipe, origin, credit)
    )
    return replace(work, variants=tuple(encoded))


STEPS: Final[tuple[Step, ...]] = (
    plan_cuts,
    drop_fine_scans,
    decode_scaled,
    look_around,
    cut_out,
    turn_upright,
    pad,
    mark,
    animate,
    encode_all,
)


def _cuts(work: Work, points: Mapping[str, Point]) -> dict[str, Cut]:
    upright, orientation = work.labels.upright, work.labels.orientation
    return {
        recipe.name: as_stored(cut_of(recipe, upright, points[recipe.name]), upright, orientation)
        for recipe in work.order.recipes
        if recipe.name in points
    }


def _glance(work: Work) -> Image.Image:
    """Return the whole picture, upright and small."""
    image = _decoded(work).image
    scale = min(1.0, _GLANCE_PX / max(image.size))
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    return turn(resize(image, size, Box(0, 0, *image.size)), work.labels.orientation)


def _moves(work: Work, recipe: Recipe) -> bool:
    image, origin = work.images[recipe.name], work.header.form.name
    chosen = {choose(wanted, origin, image) for wanted in recipe.formats}
    return recipe.animation == "keep" and bool(chosen & MOVING)


def _film(work: Work, recipe: Recipe) -> Film | None:
    header, limits = work.header, work.order.limits
    opened = decode.open_header(header.moving, header.form, limits)
    shown = durations(opened, recipe)

    def frames() -> Iterator[Image.Image]:
        image = decode.open_header(header.moving, header.form, limits)
        for number in range(len(shown)):
            image.seek(number)
            yield _frame(work, recipe, image)

    plays = count_plays(opened, header.form)
    return Film(frames, shown, plays) if len(shown) > 1 else None


def _frame(work: Work, recipe: Recipe, image: Image.Image) -> Image.Image:
    """Return one frame as a variant, by the way of the still."""
    # A frame may be larger than the first one.
    shown = unify(image.crop((0, 0, *work.labels.size))).convert("RGBA")
    layer = Layer(shown, Box(0, 0, *work.labels.size), is_srgb=False)
    cut = cut_layer(layer, work.cuts[recipe.name], work.labels.profile).image
    padded = _padded(turn(cut, work.labels.orientation), recipe, work.order)
    return _marked(padded, recipe, work.order)


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
    return stamp(image, recipe.watermark, order.signature) if recipe.watermark else image


def _decoded(work: Work) -> Layer:
    if work.decoded is None:
        raise ValueError("the picture has not been decoded yet")
    return work.decoded
