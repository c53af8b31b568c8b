"""The composition root: reads the settings, starts the server, and then the rest."""

import contextlib
import gc
import os
import signal
import socket
import sys
import threading
from collections.abc import AsyncIterator, Callable
from functools import partial

import structlog
import uvicorn
from starlette.applications import Starlette

from safelight import logging, settings
from thumbnailer.app import Door, build_app
from thumbnailer.settings import ThumbnailerSettings
from thumbnailer.workshop import Equipment, UnfitError, Workshop

_GRACE_S = 5
_CLOSE_S = 2.0

log = structlog.get_logger()


def serve_from_environment() -> None:
    """Serve until told to stop."""
    logging.configure("thumbnailer")
    try:
        wanted = settings.load(ThumbnailerSettings)
    except settings.SettingsError as error:
        sys.exit(str(error))
    serve(wanted)


def serve(wanted: ThumbnailerSettings) -> None:
    workshop = Workshop(partial(_equip, wanted))
    # One more than can be rendered, so that the next original is fetched meanwhile.
    places = threading.Semaphore(wanted.render_children + 1)
    door = Door(workshop.render, places, workshop.ready, wanted.google_cloud_project)
    # The server stops in order, and then raises the signal again: that is no failure.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    app = build_app(door, partial(_lifespan, workshop))
    with contextlib.suppress(KeyboardInterrupt):
        _Server(_config(app, wanted.port), partial(_begin_opening, workshop)).run()
    if not workshop.ready.is_set():
        sys.exit(f"the service did not get ready: {workshop.fault or 'it was stopped before'}")


class _Server(uvicorn.Server):
    """Begins something else once it listens, so that this delays no first answer."""

    def __init__(self, config: uvicorn.Config, begin: Callable[[], None]) -> None:
        super().__init__(config)
        self._begin = begin

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._begin()


def _config(app: Starlette, port: int) -> uvicorn.Config:
    """Return how to serve; what is named here is not sought among optional libraries."""
    return uvicorn.Config(
        app,
        host="0.0.0.0",
        port=port,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
    )


@contextlib.asynccontextmanager
async def _lifespan(workshop: Workshop, _app: Starlette) -> AsyncIterator[None]:
    yield
    workshop.close(_CLOSE_S)
    log.info("service_stopped")


def _begin_opening(workshop: Workshop) -> None:
    threading.Thread(target=_open, args=(workshop,), daemon=True).start()


def _open(workshop: Workshop) -> None:
    try:
        workshop.open()
    except UnfitError as error:
        log.critical("service_unfit", error=str(error))
    except Exception:
        log.critical("service_broken", exc_info=True)
    else:
        gc.freeze()
        gc.enable()
        log.info("service_ready")
        return
    # The server stops in order, and the process tells its failure.
    os.kill(os.getpid(), signal.SIGINT)


def _equip(wanted: ThumbnailerSettings) -> Equipment:
    from thumbnailer import outfit  # noqa: PLC0415 -- takes longer than the server to answer

    return outfit.equip(wanted)
