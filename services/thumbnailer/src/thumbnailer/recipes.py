"""Reads the recipes from their file, and tells all its faults at once."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from importlib import resources
from pathlib import Path
from string import Formatter
from typing import Any, Final

import yaml
from PIL import ImageColor
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from thumbnailer.recipe import Recipe, Watermark

RecipeSet = tuple[Recipe, ...]
RecipeSets = Mapping[str, RecipeSet]

_MAX_SIDE: Final = 8_192
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")
_FILE: Final = TypeAdapter(dict[str, dict[str, dict[str, Any]]])
_RECIPE: Final = TypeAdapter(with_config(ConfigDict(extra="forbid"))(Recipe))


class RecipesError(Exception):
    """The recipes have faults; the message names each."""


def load(path: Path | None = None) -> RecipeSets:
    """Return the sets of a file, or those that come with the service. Raises RecipesError."""
    if path is None:
        return parse(resources.files("thumbnailer").joinpath("recipes.yaml").read_text("utf-8"))
    try:
        return parse(path.read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RecipesError(f"{path} cannot be read: {error}") from error


def parse(text: str) -> RecipeSets:
    """Return the sets in a YAML text. Raises RecipesError with all faults."""
    try:
        sets = _FILE.validate_python(yaml.safe_load(text), strict=True)
    except (yaml.YAMLError, ValidationError) as error:
        raise RecipesError(f"the recipes are not sets of recipes: {error}") from error
    faults: list[str] = []
    parsed = {name: _set(name, recipes, faults) for name, recipes in sets.items()}
    if faults:
        raise RecipesError("\n".join(["wrong recipes:", *faults]))
    return parsed


def digest(recipes: RecipeSet) -> str:
    """Return a short name for exactly these recipes, whatever their order."""
    ordered = sorted((asdict(recipe) for recipe in recipes), key=lambda recipe: recipe["name"])
    return hashlib.sha256(json.dumps(ordered, sort_keys=True).encode()).hexdigest()[:16]


def _set(set_name: str, recipes: dict[str, dict[str, Any]], faults: list[str]) -> RecipeSet:
    if not recipes:
        faults.append(f"  {set_name}: a set needs at least one recipe")
    found = (
        _recipe(f"{set_name}.{name}", name, values, faults) for name, values in recipes.items()
    )
    return tuple(recipe for recipe in found if recipe)


def _recipe(place: str, name: str, values: dict[str, Any], faults: list[str]) -> Recipe | None:
    try:
        recipe = _RECIPE.validate_python({**values, "name": name})
    except ValidationError as error:
        faults.extend(
            f"  {place}.{_path(fault['loc'])}: {fault['msg']}" for fault in error.errors()
        )
        return None
    faults.extend(f"  {place}: {fault}" for fault in _faults(recipe))
    return recipe


def _path(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place)


def _faults(recipe: Recipe) -> list[str]:
    checks = {
        "a name is up to 32 small letters, digits, - and _": _NAME.fullmatch(recipe.name),
        f"width and height are 1 to {_MAX_SIDE}": all(
            1 <= side <= _MAX_SIDE for side in (recipe.width, recipe.height)
        ),
        "quality is 1 to 100": 1 <= recipe.quality <= 100,  # noqa: PLR2004 -- a percentage
        "focus has two parts from 0 to 1": all(0 <= part <= 1 for part in recipe.focus),
        f"background {recipe.background!r} is no colour": _is_colour(recipe.background),
    }
    faults = [fault for fault, holds in checks.items() if not holds]
    return faults + (_watermark_faults(recipe.watermark) if recipe.watermark else [])


def _watermark_faults(mark: Watermark) -> list[str]:
    checks = {
        "watermark.opacity is above 0 and at most 1": 0 < mark.opacity <= 1,
        "watermark.height is above 0 and at most 1": 0 < mark.height <= 1,
        "watermark.text may hold {owner} and no other field": _fields(mark.text) <= {"owner"},
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
