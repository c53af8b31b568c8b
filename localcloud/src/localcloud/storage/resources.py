"""Objects and buckets as they are kept, and as the JSON API writes them.

https://cloud.google.com/storage/docs/json_api/v1/objects#resource
https://cloud.google.com/storage/docs/json_api/v1/buckets#resource
"""

from base64 import b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

Json = dict[str, Any]

PUBLIC_API = "https://www.googleapis.com"
PUBLIC_DOWNLOAD = "https://storage.googleapis.com"


@dataclass(frozen=True, slots=True)
class StoredObject:
    """One generation of an object; ``deleted`` is set when it is not the live one."""

    bucket: str
    name: str
    generation: int
    metageneration: int
    blob: str
    size: int
    crc32c: str
    md5: str | None
    components: int | None
    created: str
    updated: str
    deleted: str | None
    properties: Json


@dataclass(frozen=True, slots=True)
class Bucket:
    """A bucket; ``policy`` holds its IAM bindings."""

    name: str
    metageneration: int
    created: str
    updated: str
    properties: Json
    policy: Json

    @property
    def versioned(self) -> bool:
        return bool((self.properties.get("versioning") or {}).get("enabled"))

    @property
    def object_defaults(self) -> Json:
        """What a new object gets where its client says nothing else."""
        held = self.properties.get("defaultEventBasedHold")
        defaults: Json = {"storageClass": self.properties["storageClass"]}
        return defaults | ({"eventBasedHold": True} if held else {})


def timestamp(moment: datetime) -> str:
    """Return RFC 3339 with milliseconds, as Cloud Storage writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def object_resource(stored: StoredObject, base_url: str | None = None) -> Json:
    """Return the JSON of an object; links lead to ``base_url``, or to Google without one."""
    path = f"storage/v1/b/{stored.bucket}/o/{quote(stored.name, safe='')}"
    generation = str(stored.generation)
    resource: Json = {
        "kind": "storage#object",
        "id": f"{stored.bucket}/{stored.name}/{generation}",
        "selfLink": f"{base_url or PUBLIC_API}/{path}",
        "mediaLink": f"{base_url or PUBLIC_DOWNLOAD}/download/{path}"
        f"?generation={generation}&alt=media",
        "name": stored.name,
        "bucket": stored.bucket,
        "generation": generation,
        "metageneration": str(stored.metageneration),
        "size": str(stored.size),
        "crc32c": stored.crc32c,
        "etag": object_etag(stored),
        "timeCreated": stored.created,
        "updated": stored.updated,
        "timeStorageClassUpdated": stored.created,
        "timeFinalized": stored.created,
        **stored.properties,
    }
    optional = {
        "md5Hash": stored.md5,
        "componentCount": stored.components,
        "timeDeleted": stored.deleted,
    }
    return resource | {name: value for name, value in optional.items() if value is not None}


def bucket_resource(bucket: Bucket, base_url: str | None = None) -> Json:
    return {
        "kind": "storage#bucket",
        "id": bucket.name,
        "selfLink": f"{base_url or PUBLIC_API}/storage/v1/b/{bucket.name}",
        "name": bucket.name,
        "projectNumber": "0",
        "metageneration": str(bucket.metageneration),
        "etag": _etag(bucket.metageneration),
        "timeCreated": bucket.created,
        "updated": bucket.updated,
        **bucket.properties,
    }


def object_etag(stored: StoredObject) -> str:
    return _etag(stored.generation, stored.metageneration)


def _etag(*numbers: int) -> str:
    """Return what Google's etags decode to: a protobuf of the numbers."""
    encoded = bytearray()
    for field, number in enumerate(numbers, start=1):
        encoded.append(field << 3)
        left = number
        while left > 0x7F:  # noqa: PLR2004 -- seven bits a byte, as varints have
            encoded.append(left & 0x7F | 0x80)
            left >>= 7
        encoded.append(left)
    return b64encode(bytes(encoded)).decode()
