"""Gets together what renders: recipes first, then processes, and Google's clients meanwhile."""

from pathlib import Path

from picture.process.children import ChildStartError
from thumbnailer import recipes
from thumbnailer.renderer import Renderer
from thumbnailer.settings import ThumbnailerSettings
from thumbnailer.workshop import Equipment, UnfitError


def equip(wanted: ThumbnailerSettings) -> Equipment:
    """Return everything, when each process can take a picture. Raises UnfitError."""
    book = _book(wanted)
    renderer = Renderer(wanted.render_children, wanted.limits)
    try:
        from thumbnailer import studio  # noqa: PLC0415 -- imported while the processes warm up

        return studio.equip(wanted, book, renderer)
    except ChildStartError as error:
        renderer.close()
        raise UnfitError(f"a renderer did not start: {error}") from error
    except BaseException:
        renderer.close()
        raise


def _book(wanted: ThumbnailerSettings) -> recipes.Book:
    try:
        return recipes.load(Path(wanted.recipes_file) if wanted.recipes_file else None)
    except recipes.RecipesError as error:
        raise UnfitError(str(error)) from error
