"""``python -m thumbnailer recipes``: checks recipes, and prints the name that a task may use."""

import sys
from collections.abc import Sequence
from pathlib import Path

from thumbnailer import recipes


def main(arguments: Sequence[str]) -> int:
    """Print each set with the edition of its file; return the exit status."""
    try:
        book = recipes.load(Path(arguments[0]) if arguments else None)
    except recipes.RecipesError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for name, recipe_set in book.sets.items():
        variants = ", ".join(recipe.name for recipe in recipe_set)
        sys.stdout.write(f"{name}@{book.edition}  {variants}\n")
    return 0
