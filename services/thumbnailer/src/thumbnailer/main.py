"""The composition root: reads the settings, builds the clients, starts the server."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import structlog
import uvicorn
from google.cloud import firestore
from google.cloud.storage import Client as StorageClient
from starlette.applications import Starlette

from picture.children import ChildStartError
from picture.limits import Limits
from safelight import logging, settings
from safelight.google import make
from safelight.records import Records
from thumbnailer import recipes
from thumbnailer.app import Door, build_app
from thumbnailer.originals import Originals
from thumbnailer.render import Studio, render
from thumbnailer.renderer import Renderer
from thumbnailer.settings import ThumbnailerSettings
from thumbnailer.variants import Variants

_GRACE_S = 5
_CLOSE_S = 2.0
_UPLOADS_PER_PICTURE = 4

log = structlog.get_logger()


def serve_from_environment() -> None:
    """Serve until told to stop."""
    logging.configure("thumbnailer")
    try:
        wanted = settings.load(ThumbnailerSettings)
        book = recipes.load(Path(wanted.recipes_file) if wanted.recipes_file else None)
    except (settings.SettingsError, recipes.RecipesError) as error:
        sys.exit(str(error))
    serve(wanted, book)


def serve(wanted: ThumbnailerSettings, book: recipes.Book) -> None:
    limits = limits_of(wanted)
    renderer = Renderer(wanted.render_children, limits)
    studio = build_studio(wanted, book, renderer)
    # One more than can be rendered, so that the next original is fetched meanwhile.
    places = threading.Semaphore(wanted.render_children + 1)
    door = Door(partial(render, studio), places, threading.Event(), wanted.google_cloud_project)
    # The server stops in order, and then raises the signal again: that is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = build_app(door, partial(_lifespan, renderer, door.ready))
    uvicorn.run(
        app,
        host="0.0.0.0",
        port=wanted.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    if not door.ready.is_set():
        sys.exit("the renderers did not start")


def limits_of(wanted: ThumbnailerSettings) -> Limits:
    return Limits(
        max_bytes=wanted.max_bytes,
        max_pixels=wanted.max_pixels,
        max_frames=wanted.max_frames,
        wall_s=wanted.render_timeout_s,
        cpu_s=max(1, round(wanted.render_timeout_s)),
        memory_mb=wanted.render_memory_mb,
    )


def build_studio(wanted: ThumbnailerSettings, book: recipes.Book, renderer: Renderer) -> Studio:
    buckets = make(StorageClient)
    return Studio(
        records=Records(make(firestore.Client)),
        originals=Originals(buckets, wanted.max_bytes),
        variants=Variants(buckets, wanted.variants_bucket),
        renderer=renderer,
        book=book,
        uploads=ThreadPoolExecutor(_UPLOADS_PER_PICTURE * wanted.render_children),
        limits=limits_of(wanted),
        max_attempts=wanted.max_attempts,
    )


@contextlib.asynccontextmanager
async def _lifespan(
    renderer: Renderer, ready: threading.Event, _app: Starlette
) -> AsyncIterator[None]:
    threading.Thread(target=_warm_up, args=(renderer, ready), daemon=True).start()
    yield
    renderer.close(_CLOSE_S)
    log.info("service_stopped")


def _warm_up(renderer: Renderer, ready: threading.Event) -> None:
    try:
        renderer.warm_up()
    except ChildStartError as error:
        log.critical("renderers_broken", error=str(error))
        # The server stops in order, and the process tells its failure.
        os.kill(os.getpid(), signal.SIGINT)
        return
    ready.set()
    log.info("service_ready")
