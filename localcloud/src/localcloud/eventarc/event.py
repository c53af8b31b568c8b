"""A Cloud Storage event as a workflow receives it.

https://cloud.google.com/eventarc/docs/workflows/cloudevents
https://github.com/googleapis/google-cloudevents/blob/main/examples/structured/storage/StorageObjectDataWorkflows.json
"""

from typing import Any

from localcloud.storage.events import ObjectEvent


def cloud_event(event: ObjectEvent) -> dict[str, Any]:
    """Return the structured event; ``data`` is the object resource, its integers as strings."""
    return {
        "specversion": "1.0",
        "id": event_id(event),
        "type": event.type,
        "source": source(event),
        "subject": f"objects/{event.payload['name']}",
        "time": event.time,
        "datacontenttype": "application/json",
        "bucket": event.bucket,
        "data": event.payload,
    }


def source(event: ObjectEvent) -> str:
    return f"//storage.googleapis.com/projects/_/buckets/{event.bucket}"


def event_id(event: ObjectEvent) -> str:
    """Return the id; with the source it tells one event from every other."""
    return f"{event.payload['generation']}{event.id:06d}"
