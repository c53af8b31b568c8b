"""The pipeline as its users see it: pictures go in, records and variants come out."""

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.cloud import firestore, storage
from google.cloud.workflows.executions_v1 import Execution, ExecutionsClient

from safelight.google import make
from safelight.names import image_id
from safelight.record import TERMINAL, State
from tests.local_cloud import LocalCloud, wait_until

PROJECT = "safelight-local"
LOCATION = "europe-west1"
PATIENCE_S = 60.0


@dataclass(frozen=True)
class Upload:
    """An object that was put into the uploads bucket."""

    name: str
    image_id: str
    generation: int


class Pipeline:
    """Speaks with Google's clients only."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.storage = make(storage.Client)
        self.firestore = make(firestore.Client)
        self.uploads = self.storage.bucket(f"{PROJECT}-uploads")
        self.variants = self.storage.bucket(f"{PROJECT}-variants")
        self.quarantine = self.storage.bucket(f"{PROJECT}-quarantine")

    def close(self) -> None:
        self.storage.close()
        self.firestore.close()

    def upload(self, name: str, content: bytes, content_type: str = "image/jpeg") -> Upload:
        blob = self.uploads.blob(name)
        blob.upload_from_string(content, content_type=content_type)
        return Upload(name, image_id(self.uploads.name, name), int(blob.generation))

    def record(self, upload: Upload) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._document(upload).get().to_dict()
        return found

    def end(
        self, upload: Upload, timeout_s: float = PATIENCE_S, every_s: float = 0.03
    ) -> dict[str, Any]:
        """Return the record of this generation once it is terminal."""

        def terminal() -> dict[str, Any] | None:
            record = self.record(upload)
            if record is None or record["original"]["generation"] < upload.generation:
                return None
            return record if State(record["state"]) in TERMINAL else None

        return wait_until(terminal, timeout_s, lambda: f"{upload}: {self.record(upload)}", every_s)

    def timeline(self, upload: Upload) -> list[dict[str, Any]]:
        entries = self._document(upload).collection("timeline").order_by("at").stream()
        return [entry.to_dict() for entry in entries]

    def stored_variants(self, upload: Upload) -> list[str]:
        """Return the object names of all variants, of whatever generation."""
        prefix = f"{upload.image_id}/"
        return [blob.name for blob in self.storage.list_blobs(self.variants, prefix=prefix)]

    def unapproved_variants(self) -> list[str]:
        """Return every variant that was stored before its picture was approved, or without."""
        return [
            blob.name
            for blob in self.storage.list_blobs(self.variants)
            if not self._was_approved(blob.name.partition("/")[0], blob.time_created)
        ]

    def _was_approved(self, image_id: str, before: datetime) -> bool:
        entries = self.firestore.collection("images").document(image_id).collection("timeline")
        approved = firestore.FieldFilter("event", "==", "picture_approved")
        found = entries.where(filter=approved).stream()
        return any(entry.to_dict()["at"] <= before for entry in found)

    def variant(self, record: dict[str, Any], name: str) -> bytes:
        bucket, _, path = record["variants"][name]["uri"].removeprefix("gs://").partition("/")
        content: bytes = self.storage.bucket(bucket).blob(path).download_as_bytes()
        return content

    def send_event(self, event: dict[str, Any]) -> dict[str, Any]:
        """Start the workflow as Eventarc would, and return its result when it has ended."""
        client = make(ExecutionsClient)
        parent = f"projects/{PROJECT}/locations/{LOCATION}/workflows/image-added"
        execution = Execution(argument=json.dumps(event))
        name = client.create_execution(parent=parent, execution=execution).name

        def ended() -> Execution | None:
            found = client.get_execution(name=name)
            return found if found.state is not Execution.State.ACTIVE else None

        done = wait_until(ended, PATIENCE_S)
        assert done.state is Execution.State.SUCCEEDED, done.error
        result: dict[str, Any] = json.loads(done.result)
        return result

    def event_of(self, upload: Upload) -> dict[str, Any]:
        """Return the event of an upload, in the shape in which Eventarc delivers it."""
        blob = self.uploads.get_blob(upload.name, generation=upload.generation)
        assert blob is not None
        return {
            "id": f"again-{time.time_ns()}",
            "type": "google.cloud.storage.object.v1.finalized",
            "data": blob._properties,
        }

    def advance_clock(self) -> Iterator[None]:
        """Let waits of the local cloud pass at once, again at each step of the iterator."""
        while True:
            self.cloud.ask("POST", "/_localcloud/clock", {"advanceS": 30})
            yield

    def _document(self, upload: Upload) -> Any:
        return self.firestore.collection("images").document(upload.image_id)
