"""An object that a client has announced and not yet (wholly) sent."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace

from localcloud.storage.checksums import UNKNOWN, Expected
from localcloud.storage.errors import invalid, required
from localcloud.storage.names import check_object_name
from localcloud.storage.preconditions import ALWAYS, Preconditions
from localcloud.storage.properties import new_properties
from localcloud.storage.resources import Json

DEFAULT_CONTENT_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class Draft:
    """Where the object goes, with which properties, and what must hold for it."""

    bucket: str
    name: str
    properties: Json = field(default_factory=dict)
    expected: Expected = UNKNOWN
    preconditions: Preconditions = ALWAYS

    def expecting(self, expected: Expected) -> "Draft":
        """Return the draft with checksums that came later."""
        return replace(self, expected=expected.or_else(self.expected))

    def to_json(self) -> Json:
        return asdict(self)


def draft_from_json(value: Json) -> Draft:
    """Return what ``to_json`` wrote."""
    return Draft(
        value["bucket"],
        value["name"],
        value["properties"],
        Expected(**value["expected"]),
        Preconditions(**value["preconditions"]),
    )


def draft(
    bucket: str,
    resource: Mapping[str, object],
    preconditions: Preconditions = ALWAYS,
    *,
    name: str | None = None,
    content_type: str | None = None,
) -> Draft:
    """Return the draft that a resource and the parameters beside it describe."""
    name = agreed("name", name, resource.get("name"))
    agreed("bucket", bucket, resource.get("bucket"))
    check_object_name(name)
    properties = new_properties(resource)
    properties.setdefault("contentType", content_type or DEFAULT_CONTENT_TYPE)
    return Draft(bucket, name, properties, _expected(resource), preconditions)


def agreed(parameter: str, outside: str | None, inside: object) -> str:
    """Return a value that may stand in the query, in the resource, or alike in both."""
    if inside is not None and not isinstance(inside, str):
        raise invalid(f"Invalid value for {parameter}: {inside!r}", parameter)
    if outside and inside and inside != outside:
        raise invalid(
            f"Value '{inside}' in content does not agree with value '{outside}'. This can happen "
            "when a value set through a parameter is inconsistent with a value set in the request.",
            parameter,
        )
    if not (value := outside or inside):
        raise required(parameter)
    return value


def _expected(resource: Mapping[str, object]) -> Expected:
    crc32c, md5 = resource.get("crc32c"), resource.get("md5Hash")
    return Expected(
        crc32c if isinstance(crc32c, str) else None, md5 if isinstance(md5, str) else None
    )
