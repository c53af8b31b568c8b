"""Buckets: made, found, changed, removed.

https://cloud.google.com/storage/docs/json_api/v1/buckets
"""

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import replace

from localcloud.clock import Clock
from localcloud.storage.errors import conflict, invalid, no_bucket
from localcloud.storage.names import check_bucket_name
from localcloud.storage.preconditions import ALWAYS, Preconditions
from localcloud.storage.resources import Bucket, Json, timestamp
from localcloud.storage.tables import transaction

# Kept and returned.  The README says which of them have an effect.
SETTABLE = frozenset(
    {
        "autoclass",
        "billing",
        "cors",
        "customPlacementConfig",
        "defaultEventBasedHold",
        "encryption",
        "hierarchicalNamespace",
        "iamConfiguration",
        "ipFilter",
        "labels",
        "lifecycle",
        "logging",
        "retentionPolicy",
        "rpo",
        "softDeletePolicy",
        "storageClass",
        "versioning",
        "website",
    }
)
_OBJECTS = SETTABLE - {"cors", "rpo", "storageClass", "defaultEventBasedHold"}
_MULTI_REGIONS = frozenset({"US", "EU", "ASIA"})
_DEFAULTS: Json = {
    "location": "US",
    "storageClass": "STANDARD",
    "iamConfiguration": {
        "bucketPolicyOnly": {"enabled": False},
        "uniformBucketLevelAccess": {"enabled": False},
        "publicAccessPrevention": "inherited",
    },
}


class Buckets:
    """The buckets of the one project that this machine has."""

    def __init__(self, database: sqlite3.Connection, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    def create(self, resource: Mapping[str, object]) -> Bucket:
        """Return the new bucket.  Raises StorageError (409) where its name is taken."""
        name = resource.get("name")
        if not isinstance(name, str):
            raise invalid("Required parameter: name", "name")
        check_bucket_name(name)
        time = timestamp(self._clock.now())
        bucket = Bucket(name, 1, time, time, _properties(resource), {"bindings": []})
        with transaction(self._database):
            if self.find(name):
                raise conflict(
                    "Your previous request to create the named bucket succeeded "
                    "and you already own it."
                )
            self._save(bucket)
        return bucket

    def find(self, name: str) -> Bucket | None:
        row = self._database.execute("SELECT * FROM bucket WHERE name = ?", (name,)).fetchone()
        return _bucket(row) if row else None

    def get(
        self, name: str, preconditions: Preconditions = ALWAYS, *, reading: bool = False
    ) -> Bucket:
        """Return a bucket.  Raises StorageError (404, 412; 304 where it is read only)."""
        bucket = self.find(name)
        if bucket is None:
            raise no_bucket()
        preconditions.check_metageneration(bucket.metageneration, reading=reading)
        return bucket

    def page(self, prefix: str, after: str, limit: int) -> list[Bucket]:
        """Return buckets in the order of their names."""
        rows = self._database.execute(
            "SELECT * FROM bucket WHERE name > ? AND substr(name, 1, ?) = ? ORDER BY name LIMIT ?",
            (after, len(prefix), prefix, limit),
        )
        return [_bucket(row) for row in rows]

    def patch(
        self, name: str, change: Mapping[str, object], preconditions: Preconditions
    ) -> Bucket:
        """Return the bucket after a merge: ``null`` removes, objects are merged."""
        bucket = self.get(name, preconditions)
        return self._change(bucket, _merged(bucket.properties, _settable(change)))

    def update(self, name: str, resource: Mapping[str, object], when: Preconditions) -> Bucket:
        """Return the bucket after all that can be set was replaced."""
        bucket = self.get(name, when)
        location = {"location": bucket.properties["location"]}
        return self._change(bucket, _properties({**resource, **location}))

    def set_policy(self, name: str, policy: Json) -> Bucket:
        bucket = replace(self.get(name), policy=policy)
        self._save(bucket)
        return bucket

    def delete(self, name: str, preconditions: Preconditions = ALWAYS) -> None:
        """Remove an empty bucket.  Raises StorageError (409) where it holds objects."""
        self.get(name, preconditions)
        with transaction(self._database):
            query = "SELECT 1 FROM object WHERE bucket = ? LIMIT 1"
            if self._database.execute(query, (name,)).fetchone():
                raise conflict("The bucket you tried to delete is not empty.")
            self._database.execute("DELETE FROM bucket WHERE name = ?", (name,))
            self._database.execute("DELETE FROM notification WHERE bucket = ?", (name,))

    def _change(self, bucket: Bucket, properties: Json) -> Bucket:
        changed = replace(
            bucket,
            properties=properties,
            metageneration=bucket.metageneration + 1,
            updated=timestamp(self._clock.now()),
        )
        self._save(changed)
        return changed

    def _save(self, bucket: Bucket) -> None:
        self._database.execute(
            "INSERT OR REPLACE INTO bucket VALUES (?, ?, ?, ?, ?, ?)",
            (
                bucket.name,
                bucket.metageneration,
                bucket.created,
                bucket.updated,
                json.dumps(bucket.properties),
                json.dumps(bucket.policy),
            ),
        )


def _bucket(row: tuple[str, int, str, str, str, str]) -> Bucket:
    return Bucket(*row[:4], json.loads(row[4]), json.loads(row[5]))


def _properties(resource: Mapping[str, object]) -> Json:
    properties = _merged(_DEFAULTS, _settable(resource))
    location = resource.get("location") or _DEFAULTS["location"]
    if not isinstance(location, str):
        raise invalid(f"Invalid value for location: {location!r}", "location")
    kind = "multi-region" if location.upper() in _MULTI_REGIONS else "region"
    return {**properties, "location": location.upper(), "locationType": kind}


def _settable(resource: Mapping[str, object]) -> Json:
    chosen = {name: resource[name] for name in SETTABLE & resource.keys()}
    for name, value in chosen.items():
        wanted = dict if name in _OBJECTS else list if name == "cors" else (str, bool)
        if value is not None and not isinstance(value, wanted):
            raise invalid(f"Invalid value for {name}: {value!r}", name)
    return chosen


def _merged(known: Json, change: Json) -> Json:
    merged = dict(known)
    for name, value in change.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict) and isinstance(merged.get(name), dict):
            merged[name] = _merged(merged[name], value)
        else:
            merged[name] = value
    return merged
