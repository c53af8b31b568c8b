"""The composition root: reads the settings, starts the server, and then the rest."""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import structlog
import uvicorn
from starlette.applications import Starlette

from picture.children import ChildStartError
from safelight import logging, settings
from thumbnailer import recipes
from thumbnailer.app import Door, build_app
from thumbnailer.renderer import Renderer
from thumbnailer.settings import ThumbnailerSettings
from thumbnailer.workshop import Equipment, Workshop

_GRACE_S = 5
_CLOSE_S = 2.0

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
    workshop = Workshop(partial(_equip, wanted, book))
    # One more than can be rendered, so that the next original is fetched meanwhile.
    places = threading.Semaphore(wanted.render_children + 1)
    door = Door(workshop.render, places, workshop.ready, wanted.google_cloud_project)
    # The server stops in order, and then raises the signal again: that is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    uvicorn.run(
        build_app(door, partial(_lifespan, workshop)),
        host="0.0.0.0",
        port=wanted.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    if not door.ready.is_set():
        sys.exit("the renderers did not start")


def _equip(wanted: ThumbnailerSettings, book: recipes.Book) -> Equipment:
    from thumbnailer import studio  # noqa: PLC0415 -- takes longer than the server needs to answer

    renderer = Renderer(wanted.render_children, studio.limits_of(wanted))
    try:
        return studio.equip(wanted, book, renderer)
    except BaseException:
        renderer.close()
        raise


@contextlib.asynccontextmanager
async def _lifespan(workshop: Workshop, _app: Starlette) -> AsyncIterator[None]:
    threading.Thread(target=_open, args=(workshop,), daemon=True).start()
    yield
    workshop.close(_CLOSE_S)
    log.info("service_stopped")


def _open(workshop: Workshop) -> None:
    try:
        workshop.open()
    except ChildStartError as error:
        log.critical("renderers_broken", error=str(error))
        # The server stops in order, and the process tells its failure.
        os.kill(os.getpid(), signal.SIGINT)
        return
    except Exception:
        log.critical("service_broken", exc_info=True)
        os.kill(os.getpid(), signal.SIGINT)
        return
    log.info("service_ready")
