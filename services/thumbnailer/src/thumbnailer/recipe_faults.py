"""What can be wrong with a recipe, or with several beside each other."""

import re
from collections.abc import Iterator, Sequence
from string import Formatter
from typing import Final

from PIL import ImageColor

from thumbnailer.files import EXTENSIONS
from thumbnailer.recipe import Recipe, Watermark

_MAX_SIDE: Final = 8_192
_MIN_TARGET_BYTES: Final = 1_000
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_FIELDS: Final = {"owner", "date", "year"}


def faults_of(recipe: Recipe) -> list[str]:
    checks = {
        "a name is up to 32 small letters, digits, - and _": _NAME.fullmatch(recipe.name),
        f"width and height are 1 to {_MAX_SIDE}": all(
            1 <= side <= _MAX_SIDE for side in (recipe.width, recipe.height)
        ),
        "quality is 1 to 100": 1 <= recipe.quality <= 100,  # noqa: PLR2004 -- a percentage
        f"max_bytes is at least {_MIN_TARGET_BYTES}": recipe.max_bytes is None
        or recipe.max_bytes >= _MIN_TARGET_BYTES,
        "max_frames and max_duration_s are above 0": recipe.max_frames > 0
        and recipe.max_duration_s > 0,
        "format needs at least one": bool(recipe.formats),
        "focus has two parts from 0 to 1": all(0 <= part <= 1 for part in recipe.focus),
        f"background {recipe.background!r} is no colour": _is_colour(recipe.background),
    }
    faults = [fault for fault, holds in checks.items() if not holds]
    return faults + (_watermark_faults(recipe.watermark) if recipe.watermark else [])


def clashes(recipes: Sequence[Recipe]) -> Iterator[str]:
    """Yield the names that two recipes of a set would give to a variant."""
    names = {recipe.name for recipe in recipes}
    for recipe in recipes:
        if len(recipe.formats) > 1 and recipe.keep == "all":
            further = {f"{recipe.name}-{extension}" for extension in EXTENSIONS.values()}
            yield from sorted(names & further)


def _watermark_faults(mark: Watermark) -> list[str]:
    checks = {
        "watermark needs either a text or an image": bool(mark.text) != bool(mark.image),
        "watermark.opacity is above 0 and at most 1": 0 < mark.opacity <= 1,
        "watermark.height is above 0 and at most 1": 0 < mark.height <= 1,
        "watermark.width is above 0 and at most 1": 0 < mark.width <= 1,
        "watermark.text may hold {owner}, {date}, {year} and no other field": _fields(mark.text)
        <= _FIELDS,
    }
    return [fault for fault, holds in checks.items() if not holds]


def _fields(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in Formatter().parse(text) if name is not None}
    except ValueError:
        return {"?"}


def _is_colour(name: str) -> bool:
    try:
        return bool(ImageColor.getrgb(name))
    except ValueError:
        return False
