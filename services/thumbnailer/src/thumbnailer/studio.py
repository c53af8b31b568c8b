"""Builds what rendering needs: Google's clients, and the processes that decode."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final

from google.cloud import firestore
from google.cloud.storage import Client as StorageClient

from safelight.google import make
from safelight.records import Records
from safelight.task import RenderTask
from thumbnailer.originals import Originals
from thumbnailer.outcome import Outcome
from thumbnailer.recipes import Book
from thumbnailer.render import Studio, render
from thumbnailer.renderer import Renderer
from thumbnailer.settings import ThumbnailerSettings
from thumbnailer.variants import Variants

_UPLOADS_PER_PICTURE: Final = 4


@dataclass(frozen=True)
class Equipment:
    """A studio and its processes."""

    studio: Studio
    renderer: Renderer

    def render(self, task: RenderTask, attempt: int) -> Outcome:
        return render(self.studio, task, attempt)

    def close(self, patience_s: float) -> None:
        self.renderer.close(patience_s)


def equip(wanted: ThumbnailerSettings, book: Book, renderer: Renderer) -> Equipment:
    """Return everything, when each process can take a picture. Raises ChildStartError."""
    buckets = make(StorageClient)
    studio = Studio(
        records=Records(make(firestore.Client)),
        originals=Originals(buckets, wanted.max_bytes),
        variants=Variants(buckets, wanted.variants_bucket),
        renderer=renderer,
        book=book,
        uploads=ThreadPoolExecutor(_UPLOADS_PER_PICTURE * wanted.render_children),
        limits=wanted.limits,
        max_attempts=wanted.max_attempts,
    )
    renderer.warm_up()
    return Equipment(studio, renderer)
