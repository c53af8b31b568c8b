"""The point of a picture around which a variant is cropped."""

from dataclasses import dataclass
from typing import Final

from picture.orientation import Size
from thumbnailer.geometry import Point
from thumbnailer.recipe import Crop, Recipe

SEEN: Final[frozenset[Crop]] = frozenset({"attention", "entropy"})


@dataclass(frozen=True)
class Hint:
    """A part of the upright picture that is worth keeping, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float
    importance: float = 1.0


@dataclass(frozen=True)
class Advice:
    """What others found in the picture."""

    hints: tuple[Hint, ...] = ()
    faces: tuple[Hint, ...] = ()


def told_focus(recipe: Recipe, advice: Advice, picture: Size) -> Point | None:
    """Return the point that is known before a pixel is decoded; None if one must look.

    Without faces one looks; without hints the recipe's own point counts.
    """
    if recipe.crop in SEEN:
        return None
    if recipe.crop == "faces":
        return _middle_of_all(_sound(advice.faces, picture), picture)
    hints = _sound(advice.hints, picture) if recipe.crop == "hints" else []
    if not hints:
        return recipe.focus
    return _middle_of_all([max(hints, key=lambda hint: hint.importance)], picture)


def _middle_of_all(hints: list[Hint], picture: Size) -> Point | None:
    """Return the middle of the box around them all."""
    if not hints:
        return None
    across = min(hint.left for hint in hints) + max(hint.right for hint in hints)
    down = min(hint.top for hint in hints) + max(hint.bottom for hint in hints)
    return across / 2 / picture[0], down / 2 / picture[1]


def _sound(hints: tuple[Hint, ...], picture: Size) -> list[Hint]:
    return [hint for hint in hints if _is_sound(hint, picture)]


def _is_sound(hint: Hint, picture: Size) -> bool:
    return 0 <= hint.left < hint.right <= picture[0] and 0 <= hint.top < hint.bottom <= picture[1]
