"""The composition root: reads the settings, builds the clients, starts the server."""

import sys
from datetime import UTC, datetime
from functools import partial
from types import FrameType

import structlog
import uvicorn
from google.auth.transport.requests import Request
from google.cloud import firestore, storage
from google.cloud.tasks_v2 import CloudTasksClient

from gallery.app import Doors, build_app
from gallery.catalog import Catalog
from gallery.desk import Desk
from gallery.feed import Feed
from gallery.front import Front
from gallery.objects import Uploads, Variants
from gallery.pages import Pages
from gallery.preview import Previews
from gallery.reviewer import Identify, Proxied, unnamed
from gallery.reviewing import Appealing, Reviewing
from gallery.sending import Sending
from gallery.settings import GallerySettings
from gallery.upload import Bounds, Intake, Place
from gallery.viewing import Viewing
from safelight import logging
from safelight.google import make
from safelight.records import Records
from safelight.render_queue import RenderQueue, Target
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
    database, objects, pages = make(firestore.Client), make(storage.Client), Pages()
    catalog = Catalog(database)
    most = wanted.pictures_per_page
    feed = Feed(partial(catalog.listen, most), pages.card, wanted.live_pages)
    bounds = Bounds(wanted.max_file_bytes, wanted.max_files)
    intake = _intake(wanted, objects, bounds)
    front = Front(catalog, pages, most, bounds if intake else None)
    variants = Variants(objects, wanted.variants_bucket)
    desk = Desk(Records(database), _queue(wanted))
    doors = Doors(
        Viewing(front, catalog, variants, feed, pages, wanted.appeals),
        Sending(front, intake, wanted.max_request_bytes),
        _reviewing(wanted, desk, objects, pages) if wanted.review else None,
        Appealing(desk) if wanted.appeals else None,
    )
    app = build_app(doors, pages, wanted.google_cloud_project)
    log.info("service_started", upload_bucket=wanted.upload_bucket or None, review=wanted.review)
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


def _queue(wanted: GallerySettings) -> RenderQueue | None:
    if not wanted.review:
        return None
    target = Target(
        queue=wanted.render_queue,
        thumbnailer_url=wanted.thumbnailer_url,
        service_account=wanted.tasks_service_account,
        recipes=wanted.recipes,
    )
    return RenderQueue(make(CloudTasksClient), target)


def _reviewing(
    wanted: GallerySettings, desk: Desk, objects: storage.Client, pages: Pages
) -> Reviewing:
    identify: Identify = unnamed
    if wanted.iap_audience:
        identify = Proxied(wanted.iap_audience, Request())
    else:
        log.warning("reviewers_unverified", way_out="set IAP_AUDIENCE")
    previews = Previews(objects, wanted.analysis_bucket)
    return Reviewing(desk, previews, identify, pages, wanted.pictures_per_page)


class _Server(uvicorn.Server):
    """Ends the live pages as soon as it is told to stop: they would never end by themselves."""

    def __init__(self, config: uvicorn.Config, feed: Feed) -> None:
        super().__init__(config)
        self._feed = feed

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        super().handle_exit(sig, frame)
        self._feed.stop()
