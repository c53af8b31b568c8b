"""The XML API's request headers: properties, conditions and limits of an object.

https://cloud.google.com/storage/docs/xml-api/reference-headers
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.storage.drafts import Draft, draft
from localcloud.storage.errors import StorageError, invalid
from localcloud.storage.preconditions import Preconditions, int64

_PROPERTIES = {
    "cache-control": "cacheControl",
    "content-disposition": "contentDisposition",
    "content-encoding": "contentEncoding",
    "content-language": "contentLanguage",
    "content-type": "contentType",
    "x-goog-custom-time": "customTime",
    "x-goog-storage-class": "storageClass",
}
_METADATA = "x-goog-meta-"
_RANGE = re.compile(r"\s*(\d+)\s*,\s*(\d+)\s*")


@dataclass(frozen=True, slots=True)
class SizeLimit:
    """How many bytes an upload may have."""

    least: int = 0
    most: int | None = None

    def check(self, size: int) -> None:
        """Raise StorageError where an upload of this size is not welcome."""
        if size < self.least:
            message = "Your proposed upload is smaller than the minimum allowed object size."
            raise StorageError(400, "invalid", message, xml_code="EntityTooSmall")
        self.check_so_far(size)

    def check_so_far(self, size: int) -> None:
        if self.most is not None and size > self.most:
            message = "Your proposed upload exceeds the maximum allowed object size."
            raise StorageError(400, "invalid", message, xml_code="EntityTooLarge")


NO_LIMIT = SizeLimit()


def parse_size_limit(header: str | None) -> SizeLimit:
    """Return what ``x-goog-content-length-range: least,most`` says."""
    if header is None:
        return NO_LIMIT
    found = _RANGE.fullmatch(header)
    if found is None or int(found[1]) > int(found[2]):
        raise invalid(f"Invalid value for x-goog-content-length-range: {header}")
    return SizeLimit(int(found[1]), int(found[2]))


def xml_draft(bucket: str, name: str, headers: Mapping[str, str]) -> Draft:
    """Return the object that the headers of a PUT announce."""
    resource: dict[str, object] = {
        key: headers[header] for header, key in _PROPERTIES.items() if header in headers
    }
    metadata = {
        header.removeprefix(_METADATA): value.encode("latin-1").decode(errors="replace")
        for header, value in headers.items()
        if header.startswith(_METADATA)
    }
    return draft(bucket, resource | {"metadata": metadata}, xml_preconditions(headers), name=name)


def xml_preconditions(headers: Mapping[str, str]) -> Preconditions:
    return Preconditions(
        generation_match=int64(headers, "x-goog-if-generation-match"),
        metageneration_match=int64(headers, "x-goog-if-metageneration-match"),
    )
