"""Has pictures rendered by processes that may be killed, and checks what they answer."""

import dataclasses
from collections.abc import Iterator
from typing import Any, Final

from picture.limits import Limits
from picture.process.children import Children
from picture.refusals import Refusal
from thumbnailer.files import CONTENT_TYPES, Encoded
from thumbnailer.order import Operation, Order, Rendered
from thumbnailer.recipes import RecipeSet

MODULE: Final = "thumbnailer.craft"


class Renderer:
    """Renders pictures, as many at a time as there are processes."""

    def __init__(self, count: int, limits: Limits) -> None:
        self._children = Children(MODULE, count, limits)

    def warm_up(self) -> None:
        """Wait until every process can take a picture. Raises ChildStartError."""
        self._children.warm_up()

    def render(self, original: int, order: Order) -> Rendered:
        """Return the variants of the picture in the open file ``original``.

        Raises Refusal, ChildStartError and ChildrenClosedError.
        """
        answer, parts = self._children.ask(_request(order), original)
        try:
            return understood(answer, parts, order.recipes)
        except (LookupError, TypeError, ValueError):
            raise Refusal("render_crashed", how="unreadable answer") from None

    def close(self, patience_s: float = 0.0) -> None:
        """End all processes; pictures in hand have so long to be finished."""
        self._children.close(patience_s)


def _request(order: Order) -> dict[str, Any]:
    return {
        "recipes": [dataclasses.asdict(recipe) for recipe in order.recipes],
        "signature": dataclasses.asdict(order.signature),
        "advice": dataclasses.asdict(order.advice),
    }


def understood(answer: dict[str, Any], parts: bytes, asked: RecipeSet) -> Rendered:
    """Return the answer, checked: the child that gave it has decoded a stranger's picture."""
    return Rendered(
        format=str(answer["format"]),
        width=int(answer["width"]),
        height=int(answer["height"]),
        frames=int(answer["frames"]),
        variants=tuple(_variants(answer["variants"], parts, asked)),
        operations=tuple(Operation(str(name), float(ms)) for name, ms in answer["operations"]),
        peak_rss_kb=int(answer["peak_rss_kb"]),
    )


def _variants(told: list[list[Any]], parts: bytes, asked: RecipeSet) -> Iterator[Encoded]:
    recipes, at = {recipe.name for recipe in asked}, 0
    for name, extension, width, height, length, recipe in told:
        if extension not in CONTENT_TYPES or not 0 < length <= len(parts) - at:
            raise ValueError("the answer does not fit its parts")
        if recipe not in recipes or name not in {recipe, f"{recipe}-{extension}"}:
            raise ValueError("nobody asked for this variant")
        data = parts[at : at + length]
        yield Encoded(str(name), extension, int(width), int(height), data, str(recipe))
        at += length
