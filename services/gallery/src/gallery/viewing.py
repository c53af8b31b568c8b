"""The doors for those who look: pages, live updates, published variants."""

import contextlib
import json
import re
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse

from gallery.card import Record, Variant, mapping
from gallery.catalog import Catalog
from gallery.detail import detail_of
from gallery.feed import Feed, TooManyPagesError, Update
from gallery.front import Front
from gallery.objects import MissingObjectError, Variants
from gallery.pages import Pages
from gallery.problem import Problem, not_found
from safelight.record import State
from safelight.review import may_appeal

_IMAGE_ID: Final = re.compile(r"i[A-Za-z0-9_-]{43}")
_SHOWN: Final = ("display", "thumbnail")
# What may be shown inline; nothing of these can run.
_TYPES: Final = frozenset({"image/avif", "image/gif", "image/jpeg", "image/png", "image/webp"})
# The address has the object's generation in it.  Private, because a picture may be withdrawn.
_FOREVER: Final = "private, max-age=31536000, immutable"
ALONE: Final = "default-src 'none'; sandbox"
_PLACEHOLDER: Final = Path(__file__).parent / "static" / "placeholder.svg"


@dataclass(frozen=True)
class Viewing:
    """The handlers, and what they need."""

    front: Front
    catalog: Catalog
    variants: Variants
    feed: Feed
    pages: Pages
    takes_appeals: bool = False

    async def list_newest(self, request: Request) -> Response:
        """Answer ``GET /``."""
        before = _time(request.query_params.get("before"))
        message = _thanks(request.query_params.get("stored"))
        return await run_in_threadpool(self.front.page, before, message)

    async def list_cards(self, _: Request) -> Response:
        """Answer ``GET /cards``, for pages that are not told of changes."""
        cards = await run_in_threadpool(self.front.cards)
        return JSONResponse(cards, headers={"Cache-Control": "no-store"})

    async def follow(self, _: Request) -> Response:
        """Answer ``GET /live``: server-sent events, each with the pictures that changed."""
        updates = self.feed.updates()
        try:
            first = await anext(updates)
        except TooManyPagesError:
            detail = "Too many pages are open; this one is brought up to date now and then."
            raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, "too_many_pages", detail) from None
        except StopAsyncIteration:
            raise Problem(
                HTTPStatus.SERVICE_UNAVAILABLE, "stopping", "The gallery is stopping."
            ) from None
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        return StreamingResponse(
            _events(first, updates), headers=headers, media_type="text/event-stream"
        )

    async def show_image(self, request: Request) -> Response:
        """Answer ``GET /images/{image_id}``."""
        return await run_in_threadpool(self._image, request.path_params["image_id"])

    async def show_variant(self, request: Request) -> Response:
        """Answer ``GET /variants/{image_id}/{variant}``; ``?placeholder`` never leaves a gap."""
        asked = request.query_params.get("generation")
        image_id, name = request.path_params["image_id"], request.path_params["variant"]
        try:
            return await run_in_threadpool(self._variant, image_id, name, asked)
        except Problem as problem:
            if "placeholder" not in request.query_params:
                raise
            headers = {"Content-Security-Policy": ALONE, "Cache-Control": "no-store"}
            headers["X-Placeholder-For"] = problem.code
            return FileResponse(_PLACEHOLDER, headers=headers, media_type="image/svg+xml")

    def _image(self, image_id: str) -> Response:
        record = self._record(image_id)
        detail = detail_of(record, self.catalog.timeline(image_id))
        return self.pages.page(
            "image.html",
            detail=detail,
            display=_display(detail.card.variants),
            takes_appeal=self.takes_appeals and may_appeal(record),
        )

    def _variant(self, image_id: str, name: str, asked: str | None) -> Response:
        """Return what is published now, under the address of now; only of a ready picture."""
        record = self._record(image_id)
        published = mapping(mapping(record.get("variants")).get(name))
        if record.get("state") != State.READY or not published:
            raise not_found()
        if asked not in {None, str(published.get("generation"))}:
            raise not_found()
        try:
            pieces = self.variants.read(str(published.get("uri")))
        except MissingObjectError:
            raise not_found() from None
        return StreamingResponse(pieces, headers=_headers(published, is_fixed=asked is not None))

    def _record(self, image_id: str) -> Record:
        record = self.catalog.find(image_id) if _IMAGE_ID.fullmatch(image_id) else None
        if record is None:
            raise not_found()
        return record


async def _events(
    first: Sequence[Update], updates: AsyncGenerator[Sequence[Update]]
) -> AsyncIterator[str]:
    async with contextlib.aclosing(updates):
        yield _event(first)
        async for batch in updates:
            yield _event(batch)


def _event(batch: Sequence[Update]) -> str:
    """Return one event; a comment keeps the connection open where nothing changed."""
    if not batch:
        return ":\n\n"
    told = [{"id": update.image_id, "html": update.html} for update in batch]
    return f"event: cards\ndata: {json.dumps(told)}\n\n"


def _headers(published: Record, *, is_fixed: bool) -> dict[str, str]:
    content_type = str(published.get("contentType"))
    headers = {
        "Content-Type": content_type if content_type in _TYPES else "application/octet-stream",
        "Content-Security-Policy": ALONE,
        "Cache-Control": _FOREVER if is_fixed else "no-cache",
    }
    length: Any = published.get("bytes")
    return {**headers, "Content-Length": str(length)} if isinstance(length, int) else headers


def _display(variants: Sequence[Variant]) -> Variant | None:
    named = {variant.name: variant for variant in variants}
    return next((named[name] for name in _SHOWN if name in named), None)


def _time(text: str | None) -> datetime | None:
    """Return the time of a link to older pictures; a mangled one leads to the newest."""
    try:
        at = datetime.fromisoformat((text or "").replace(" ", "+"))
    except ValueError:
        return None
    return at if at.tzinfo else None


def _thanks(count: str | None) -> str:
    if not count or not count.isascii() or not count.isdigit():
        return ""
    number = int(count[:6])
    return "One picture is on its way." if number == 1 else f"{number} pictures are on their way."
