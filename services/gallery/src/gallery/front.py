"""The front page: the newest pictures and the form, also as an answer to a form."""

from collections.abc import Sequence
from datetime import datetime
from http import HTTPStatus

from starlette.responses import Response

from gallery.card import Record, card_of
from gallery.catalog import Catalog
from gallery.pages import Pages
from gallery.upload import Bounds, Refused


class Front:
    """Makes the list of pictures; ``bounds`` are those of uploads, None where there are none."""

    def __init__(self, catalog: Catalog, pages: Pages, most: int, bounds: Bounds | None) -> None:
        self._catalog = catalog
        self._pages = pages
        self._most = most
        self._bounds = bounds

    def page(
        self,
        before: datetime | None = None,
        message: str = "",
        refused: Sequence[Refused] = (),
        status: HTTPStatus = HTTPStatus.OK,
    ) -> Response:
        """Return the newest pictures, or those before a time."""
        records = self._catalog.newest(self._most, before)
        return self._pages.page(
            "index.html",
            status,
            cards=[card_of(record) for record in records],
            is_first=before is None,
            older=self._older(records),
            most=self._most,
            bounds=self._bounds,
            message=message,
            refused=refused,
        )

    def cards(self) -> list[dict[str, str]]:
        """Return the newest pictures as updates of a page."""
        records = self._catalog.newest(self._most)
        return [
            {"id": str(record.get("imageId")), "html": self._pages.card(record)}
            for record in records
        ]

    def _older(self, records: Sequence[Record]) -> str:
        """Return the time from which the next page goes on; empty on the last one."""
        last = records[-1].get("createdAt") if len(records) == self._most else None
        return last.isoformat() if isinstance(last, datetime) else ""
