"""The point of a picture around which a variant is cropped."""

from dataclasses import dataclass

from picture.orientation import Size
from thumbnailer.geometry import CENTRE, Point


@dataclass(frozen=True)
class Hint:
    """A part of the upright picture that is worth keeping, in its pixels."""

    left: float
    top: float
    right: float
    bottom: float
    importance: float = 1.0


def focus_of(hints: tuple[Hint, ...], picture: Size, otherwise: Point = CENTRE) -> Point:
    """Return the middle of the most important hint; ``otherwise`` if none makes sense."""
    sound = [hint for hint in hints if _is_sound(hint, picture)]
    if not sound:
        return otherwise
    best = max(sound, key=lambda hint: hint.importance)
    return (
        (best.left + best.right) / 2 / picture[0],
        (best.top + best.bottom) / 2 / picture[1],
    )


def _is_sound(hint: Hint, picture: Size) -> bool:
    return 0 <= hint.left < hint.right <= picture[0] and 0 <= hint.top < hint.bottom <= picture[1]
