"""Reads the recipes from their file, and tells all its faults at once."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from fnmatch import fnmatchcase
from importlib import resources
from pathlib import Path
from typing import Any, Final

import yaml
from pydantic import ConfigDict, TypeAdapter, ValidationError, with_config

from picture.formats import HEAD_BYTES, JPEG, PNG, WEBP, identify
from picture.refusals import Refusal
from safelight.errors import OtherRecipesError, UnknownRecipesError
from thumbnailer.recipe import Recipe
from thumbnailer.recipe_faults import clashes, faults_of

RecipeSet = tuple[Recipe, ...]

DEFAULT: Final = "default"
_RULES: Final = "rules"
_EDITION_MARK: Final = "@"
_FILE: Final = TypeAdapter(dict[str, Any])
_SET: Final = TypeAdapter(dict[str, dict[str, Any]])
_RECIPE: Final = TypeAdapter(with_config(ConfigDict(extra="forbid"))(Recipe))
_MARKS: Final = (PNG, JPEG, WEBP)


class RecipesError(Exception):
    """The recipes have faults; the message names each."""


@with_config(ConfigDict(extra="forbid"))
@dataclass(frozen=True)
class Rule:
    """For which pictures a set is the default: both patterns must match."""

    set: str
    path: str = "*"
    owner: str = "*"

    def matches(self, path: str, owner: str) -> bool:
        return fnmatchcase(path, self.path) and fnmatchcase(owner, self.owner)


_RULE_LIST: Final = TypeAdapter(tuple[Rule, ...])


@dataclass(frozen=True)
class Book:
    """All sets of recipes, and which of them is for whom."""

    sets: Mapping[str, RecipeSet]
    rules: tuple[Rule, ...] = ()

    @property
    def edition(self) -> str:
        """Return a short name for exactly these sets and rules."""
        sets = {name: digest(recipes) for name, recipes in self.sets.items()}
        return _digest([sets, [asdict(rule) for rule in self.rules]])

    def choose(self, wanted: str, path: str, owner: str) -> RecipeSet:
        """Return the set of that name; for ``default`` the first rule that matches decides.

        A name may end in ``@`` and an edition. Raises UnknownRecipesError, and
        OtherRecipesError for an edition that is not this one.
        """
        name, _, edition = wanted.partition(_EDITION_MARK)
        if edition and edition != self.edition:
            raise OtherRecipesError
        if name == DEFAULT:
            name = next((rule.set for rule in self.rules if rule.matches(path, owner)), name)
        if name not in self.sets:
            raise UnknownRecipesError(f"There is no recipe set {name!r}.")
        return self.sets[name]


def load(path: Path | None = None) -> Book:
    """Return the recipes of a file, or those that come along. Raises RecipesError."""
    if path is None:
        return parse(resources.files("thumbnailer").joinpath("recipes.yaml").read_text("utf-8"))
    try:
        return parse(path.read_text("utf-8"), path.parent)
    except (OSError, UnicodeDecodeError) as error:
        raise RecipesError(f"{path} cannot be read: {error}") from error


def parse(text: str, folder: Path = Path()) -> Book:
    """Return the recipes in a YAML text; it names files beside it. Raises RecipesError."""
    try:
        content = _FILE.validate_python(yaml.safe_load(text), strict=True)
        rules = _RULE_LIST.validate_python(content.pop(_RULES, ()))
        sets = {name: _SET.validate_python(told, strict=True) for name, told in content.items()}
    except (yaml.YAMLError, ValidationError) as error:
        raise RecipesError(f"the recipes are not sets of recipes: {error}") from error
    faults = [f"  {_RULES}: there is no set {rule.set!r}" for rule in rules if rule.set not in sets]
    parsed = {name: _set(name, recipes, folder, faults) for name, recipes in sets.items()}
    if faults:
        raise RecipesError("\n".join(["wrong recipes:", *faults]))
    return Book(parsed, rules)


def digest(recipes: RecipeSet) -> str:
    """Return a short name for exactly these recipes, whatever their order.

    Files count by what they hold, wherever they lie.
    """
    told = (asdict(_without_paths(one)) for one in recipes)
    return _digest(sorted(told, key=lambda recipe: recipe["name"]))


def _without_paths(recipe: Recipe) -> Recipe:
    mark = recipe.watermark
    return replace(recipe, watermark=replace(mark, image="", font="")) if mark else recipe


def _digest(content: object) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:16]


def _set(
    set_name: str, recipes: dict[str, dict[str, Any]], folder: Path, faults: list[str]
) -> RecipeSet:
    if not recipes or _EDITION_MARK in set_name:
        faults.append(f"  {set_name}: a set needs at least one recipe, and a name without @")
    read = (_recipe(f"{set_name}.{name}", name, told, faults) for name, told in recipes.items())
    found = tuple(_with_files(recipe, folder, faults) for recipe in read if recipe)
    faults.extend(f"  {set_name}.{name}: two recipes make it" for name in clashes(found))
    return found


def _recipe(place: str, name: str, values: dict[str, Any], faults: list[str]) -> Recipe | None:
    try:
        recipe = _RECIPE.validate_python({**values, "name": name})
    except ValidationError as error:
        faults.extend(
            f"  {place}.{_path(fault['loc'])}: {fault['msg']}" for fault in error.errors()
        )
        return None
    faults.extend(f"  {place}: {fault}" for fault in faults_of(recipe))
    return recipe


def _path(place: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in place)


def _with_files(recipe: Recipe, folder: Path, faults: list[str]) -> Recipe:
    """Return the recipe with the whole paths of its files, and a digest of what they hold."""
    mark = recipe.watermark
    if mark is None or not (mark.image or mark.font):
        return recipe
    image, font = (
        str((folder / file).resolve()) if file else "" for file in (mark.image, mark.font)
    )
    try:
        held = [Path(file).read_bytes() if file else b"" for file in (image, font)]
        if image and identify(held[0][:HEAD_BYTES]) not in _MARKS:
            faults.append(f"  {recipe.name}: a watermark is a PNG, JPEG or WebP")
    except (OSError, Refusal) as error:
        faults.append(f"  {recipe.name}: the watermark cannot be read: {error}")
        return recipe
    content = _digest([hashlib.sha256(data).hexdigest() for data in held])
    return replace(recipe, watermark=replace(mark, image=image, font=font, content=content))
