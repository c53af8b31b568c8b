"""The pages as HTML.  Every value is escaped; the templates mark nothing as safe."""

from datetime import UTC, datetime
from typing import Any, Final

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from starlette.responses import HTMLResponse

from gallery.card import Record, card_of

_KB: Final = 1024


class Pages:
    """The templates, ready to be filled in."""

    def __init__(self) -> None:
        self._templates = Environment(
            loader=PackageLoader("gallery"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.filters |= {"at": at, "size": size, "duration": duration}

    def page(self, template: str, status: int = 200, **values: Any) -> HTMLResponse:
        """Return a whole page; it changes at any time and is never kept."""
        html = self._templates.get_template(template).render(values)
        return HTMLResponse(html, status, {"Cache-Control": "no-store"})

    def card(self, record: Record) -> str:
        """Return one picture of the list."""
        return self._templates.get_template("card.html").render(card=card_of(record)).strip()


def at(time: datetime | None) -> Markup | str:
    """Return a time as an element that a script may tell in the reader's zone."""
    if time is None:
        return ""
    utc = time.astimezone(UTC)
    told = Markup('<time datetime="{}">{} UTC</time>')
    return told.format(utc.isoformat(timespec="milliseconds"), f"{utc:%d %b %Y, %H:%M:%S}")


def size(count: int) -> str:
    """Return a number of bytes in the unit that suits it."""
    amount, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if amount < _KB:
            break
        amount, unit = amount / _KB, larger
    return f"{amount:,.1f}".removesuffix(".0") + f" {unit}"


def duration(spent_ms: int | None) -> str:
    return "" if spent_ms is None else f"{spent_ms / 1000:.2f} s"
