"""Notification configurations of buckets: kept and returned.

https://cloud.google.com/storage/docs/json_api/v1/notifications
"""

import json
import sqlite3

from localcloud.storage.errors import StorageError, required
from localcloud.storage.resources import Json


class Notifications:
    """Which Pub/Sub topics want to hear of a bucket's objects."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def create(self, bucket: str, config: Json) -> Json:
        """Return the configuration with its id."""
        for field in ("topic", "payload_format"):
            if not isinstance(config.get(field), str):
                raise required(field)
        cursor = self._database.execute(
            "INSERT INTO notification (bucket, config) VALUES (?, ?)", (bucket, json.dumps(config))
        )
        return _resource(bucket, cursor.lastrowid or 0, config)

    def of(self, bucket: str) -> list[Json]:
        query = "SELECT id, config FROM notification WHERE bucket = ? ORDER BY id"
        rows = self._database.execute(query, (bucket,))
        return [_resource(bucket, number, json.loads(config)) for number, config in rows]

    def get(self, bucket: str, notification: str) -> Json:
        """Return one configuration.  Raises StorageError (404)."""
        for config in self.of(bucket):
            if config["id"] == notification:
                return config
        raise StorageError(404, "notFound", f"No such notification: {notification}")

    def delete(self, bucket: str, notification: str) -> None:
        number = int(self.get(bucket, notification)["id"])
        self._database.execute("DELETE FROM notification WHERE id = ?", (number,))


def _resource(bucket: str, number: int, config: Json) -> Json:
    return {
        **config,
        "kind": "storage#notification",
        "id": str(number),
        "selfLink": f"https://www.googleapis.com/storage/v1/b/{bucket}/notificationConfigs/{number}",
        "etag": str(number),
    }
