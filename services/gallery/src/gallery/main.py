"""The composition root: reads the settings, builds the clients, starts the server."""

import sys
from datetime import UTC, datetime
from functools import partial
from types import FrameType

import structlog
import uvicorn
from google.cloud import firestore, storage

from gallery.app import build_app
from gallery.catalog import Catalog
from gallery.feed import Feed
from gallery.front import Front
from gallery.objects import Uploads, Variants
from gallery.pages import Pages
from gallery.sending import Sending
from gallery.settings import GallerySettings
from gallery.upload import Bounds, Intake, Place
from gallery.viewing import Viewing
from safelight import logging
from safelight.google import make
from safelight.settings import SettingsError, load

_GRACE_S = 5

log = structlog.get_logger()


def serve_from_environment() -> None:
    """Serve until told to stop; exit at once with all faults of the settings."""
    logging.configure("gallery")
    try:
        wanted = load(GallerySettings)
    except SettingsError as error:
        sys.exit(str(error))
    serve(wanted)


def serve(wanted: GallerySettings) -> None:
    """Serve with these settings."""
    catalog, objects, pages = Catalog(make(firestore.Client)), make(storage.Client), Pages()
    most = wanted.pictures_per_page
    feed = Feed(partial(catalog.listen, most), pages.card, wanted.live_pages)
    bounds = Bounds(wanted.max_file_bytes, wanted.max_files)
    intake = _intake(wanted, objects, bounds)
    front = Front(catalog, pages, most, bounds if intake else None)
    viewing = Viewing(front, catalog, Variants(objects, wanted.variants_bucket), feed, pages)
    sending = Sending(front, intake, wanted.max_request_bytes)
    app = build_app(viewing, sending, pages, wanted.google_cloud_project)
    log.info("service_started", upload_bucket=wanted.upload_bucket or None)
    config = uvicorn.Config(
        app,
        host="0.0.0.0",
        port=wanted.port,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=_GRACE_S,
    )
    _Server(config, feed).run()


def _intake(
    wanted: GallerySettings, objects: storage.Client, bounds: Bounds
) -> partial[Intake] | None:
    """Return what makes an intake for each form; None where there are no uploads."""
    if not wanted.upload_bucket:
        return None
    uploads = Uploads(objects, wanted.upload_bucket)
    place = Place(wanted.upload_bucket, wanted.gallery_owner)
    return partial(Intake, place, uploads.open_draft, partial(datetime.now, UTC), bounds)


class _Server(uvicorn.Server):
    """Ends the live pages as soon as it is told to stop: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._feed.stop()
