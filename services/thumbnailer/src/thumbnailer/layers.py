"""Makes each variant from the smallest picture that already holds it."""

from dataclasses import dataclass

from PIL import Image

from picture.colour import to_srgb
from picture.orientation import Size
from thumbnailer.geometry import Box, Cut, Point, cover, fill, inside
from thumbnailer.recipe import Recipe
from thumbnailer.resample import resize


@dataclass(frozen=True)
class Layer:
    """Pixels of a part of the original, and whether their colour is final."""

    image: Image.Image
    region: Box
    is_srgb: bool

    @property
    def scale(self) -> float:
        return min(self.image.width / self.region.width, self.image.height / self.region.height)


def cut_of(recipe: Recipe, picture: Size, focus: Point) -> Cut:
    """Return what a recipe shows of an upright picture."""
    bounds = (recipe.width, recipe.height)
    if recipe.fit == "cover":
        return cover(picture, bounds, focus, enlarge=recipe.enlarge)
    if recipe.fit == "fill":
        return fill(picture, bounds, enlarge=recipe.enlarge)
    return inside(picture, bounds, enlarge=recipe.enlarge)


def nearest(layers: list[Layer], wanted: Cut) -> Layer:
    """Return the smallest layer that holds the cut in sufficient detail, or the decoded one."""
    fit = [one for one in layers[1:] if one.region.holds(wanted.region)]
    fit = [one for one in fit if one.scale >= wanted.scale * 0.999]
    return min(fit, key=lambda one: one.image.width * one.image.height, default=layers[0])


def cut_layer(source: Layer, wanted: Cut, profile: bytes | None) -> Layer:
    image = resize(source.image, wanted.size, _box_in(source, wanted.region))
    if not source.is_srgb:
        image = to_srgb(image, profile)
    return Layer(image, wanted.region, is_srgb=True)


def _box_in(layer: Layer, region: Box) -> Box:
    across = layer.image.width / layer.region.width
    down = layer.image.height / layer.region.height
    return Box(
        (region.left - layer.region.left) * across,
        (region.top - layer.region.top) * down,
        region.width * across,
        region.height * down,
    )
