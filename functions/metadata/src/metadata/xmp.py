"""What editors write beside EXIF (XMP, ISO 16684-1), under the names that EXIF has here.

Anyone may write anything there: a packet that is large, has a document type (the way to XML
bombs), or is no XML is left out as a whole, and each value is checked by itself.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring
from PIL import Image

from metadata.exif import text

MAX_PACKET_BYTES: Final = 1024 * 1024
_MAX_ITEMS: Final = 20
_RDF: Final = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_DC: Final = "{http://purl.org/dc/elements/1.1/}"
_XAP: Final = "{http://ns.adobe.com/xap/1.0/}"
_RIGHTS: Final = "{http://ns.adobe.com/xap/1.0/rights/}"
_PHOTOSHOP: Final = "{http://ns.adobe.com/photoshop/1.0/}"
_TIFF: Final = "{http://ns.adobe.com/tiff/1.0/}"
_EXIF: Final = "{http://ns.adobe.com/exif/1.0/}"
_EXIF_EX: Final = "{http://cipa.jp/exif/1.0/}"
_AUX: Final = "{http://ns.adobe.com/exif/1.0/aux/}"
_IPTC_EXT: Final = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}"
# https://developer.adobe.com/xmp/docs/XMPNamespaces/XMPDataTypes/Date/
_DATE: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-](0\d|1[0-4]):[0-5]\d)?"
)

_TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    "make": (f"{_TIFF}Make",),
    "model": (f"{_TIFF}Model",),
    "lens": (f"{_EXIF_EX}LensModel", f"{_AUX}Lens"),
    "software": (f"{_XAP}CreatorTool",),
    "artist": (f"{_DC}creator",),
    "copyright": (f"{_DC}rights",),
    "credit": (f"{_PHOTOSHOP}Credit",),
    "title": (f"{_DC}title",),
    "description": (f"{_DC}description",),
    "usageTerms": (f"{_RIGHTS}UsageTerms",),
    "rightsUrl": (f"{_RIGHTS}WebStatement",),
}
_DATES: Final = (f"{_EXIF}DateTimeOriginal", f"{_PHOTOSHOP}DateCreated", f"{_XAP}CreateDate")
_SOURCE_TYPE: Final = f"{_IPTC_EXT}DigitalSourceType"
_KEYWORDS: Final = f"{_DC}subject"

Properties = Mapping[str, tuple[str, ...]]


def read_xmp(image: Image.Image) -> dict[str, Any]:
    """Return what is told of author, rights, camera and time; empty for junk."""
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp")
    if isinstance(packet, str):
        packet = packet.encode("utf-8", "replace")
    if not isinstance(packet, bytes) or len(packet) > MAX_PACKET_BYTES:
        return {}
    found = _normalised(_properties(packet))
    return {name: value for name, value in found.items() if value}


def _normalised(told: Properties) -> dict[str, Any]:
    found: dict[str, Any] = {name: _first(told, names) for name, names in _TEXTS.items()}
    found["takenAt"] = _date(told)
    # The end of a URL: https://cv.iptc.org/newscodes/digitalsourcetype/
    found["sourceType"] = (_first(told, (_SOURCE_TYPE,)) or "").rpartition("/")[2]
    keywords = (text(word) for word in told.get(_KEYWORDS, ()))
    found["keywords"] = [word for word in keywords if word][:_MAX_ITEMS]
    return found


def _first(told: Properties, names: tuple[str, ...]) -> str | None:
    return next((text(told[name][0]) for name in names if told.get(name)), None)


def _date(told: Properties) -> str | None:
    stamps = (_first(told, (name,)) or "" for name in _DATES)
    return next((stamp for stamp in stamps if _is_date(stamp)), None)


def _is_date(stamp: str) -> bool:
    try:
        return bool(_DATE.fullmatch(stamp) and datetime.fromisoformat(stamp))
    except ValueError:
        return False


def _properties(packet: bytes) -> dict[str, tuple[str, ...]]:
    try:
        root = fromstring(packet.strip(b"\0 \t\r\n"), forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError, RecursionError):
        return {}
    found: dict[str, tuple[str, ...]] = {}
    for description in root.iter(f"{_RDF}Description"):
        found |= {name: (value,) for name, value in description.items()}
        found |= {child.tag: tuple(_values(child)) for child in description}
    return found


def _values(element: Element) -> Iterator[str]:
    """Yield the items of a list, each language of a text, or the text itself."""
    items = [item for item in element.iter(f"{_RDF}li") if item.text]
    for item in items or [element]:
        yield item.text or ""
