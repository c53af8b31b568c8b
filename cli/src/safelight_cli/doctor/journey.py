"""Follow the test picture through the pipeline, and remove what it left."""

import secrets
import time
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, Final

from google.api_core.exceptions import NotFound
from google.cloud import firestore, storage
from PIL import Image

from safelight.names import image_id, upload_object
from safelight.record import IMAGES, TERMINAL, TIMELINE, State
from safelight_cli.doctor.browser import Upload
from safelight_cli.doctor.deployment import Deployment
from safelight_cli.doctor.finding import CheckError
from safelight_cli.doctor.parts import TIMEOUT_S

_OWNER: Final = "doctor"
_SIZE: Final = (640, 480)
_EVERY_S: Final = 0.5
_WHERE: Final = {
    State.ANALYZING: "the execution of the workflow does not end: see its log, and Vision's quota",
    State.RENDERING: "the task is not delivered, or the thumbnailer answers 503: see both logs",
}


class Journey:
    """One picture's way."""

    def __init__(
        self, records: firestore.Client, objects: storage.Client, deployment: Deployment
    ) -> None:
        self._records = records
        self._objects = objects
        self._variants = deployment.bucket("variants")
        name = upload_object(_OWNER, datetime.now(UTC), secrets.token_hex(4), "doctor.jpg")
        self.upload = Upload(deployment.bucket("uploads"), name, _picture())
        document = image_id(self.upload.bucket, name)
        self._record = records.collection(IMAGES).document(document)

    def begin(self, timeout_s: float) -> str:
        """Wait for the record.  Raises CheckError where none appears."""
        began = time.monotonic()
        while self._read() is None:
            if time.monotonic() - began > timeout_s:
                raise CheckError(f"no record after {timeout_s:.0f} s")
            time.sleep(_EVERY_S)
        return f"record {self._record.id} after {time.monotonic() - began:.1f} s"

    def end(self, timeout_s: float) -> str:
        """Wait until the picture is ready.  Raises CheckError where it ends otherwise."""
        began = time.monotonic()
        while (state := State((record := self._present())["state"])) not in TERMINAL:
            if time.monotonic() - began > timeout_s:
                raise CheckError(f"still {state} after {timeout_s:.0f} s: {_WHERE[state]}")
            time.sleep(_EVERY_S)
        if state is not State.READY:
            reason = record.get("reason") or {}
            raise CheckError(f"{state}: {reason.get('code')}: {reason.get('message')}")
        return f"ready with {self._seen(record)} after {time.monotonic() - began:.1f} s more"

    def clean(self) -> str:
        """Remove picture, variants and record, as far as they came to be."""
        self._delete(self._objects.bucket(self.upload.bucket).blob(self.upload.name))
        variants = list(self._stored())
        for blob in variants:
            self._delete(blob)
        entries = list(self._record.collection(TIMELINE).list_documents(timeout=TIMEOUT_S))
        for document in [*entries, self._record]:
            document.delete(timeout=TIMEOUT_S)
        return f"picture, {len(variants)} variants and record with {len(entries)} entries"

    def _read(self) -> dict[str, Any] | None:
        found: dict[str, Any] | None = self._record.get(timeout=TIMEOUT_S).to_dict()
        return found

    def _present(self) -> dict[str, Any]:
        record = self._read()
        if record is None:
            raise CheckError("the record has gone")
        return record

    def _stored(self) -> Any:
        prefix = f"{self._record.id}/"
        return self._objects.list_blobs(self._variants, prefix=prefix, timeout=TIMEOUT_S)

    def _seen(self, record: dict[str, Any]) -> str:
        """Return the variants that the record promises.  Raises CheckError if one is missing."""
        stored = {f"gs://{self._variants}/{blob.name}" for blob in self._stored()}
        told = record["variants"]
        if lost := [name for name, variant in told.items() if variant["uri"] not in stored]:
            raise CheckError(f"the record promises {', '.join(lost)}, which the bucket lacks")
        return ", ".join(sorted(told))

    @staticmethod
    def _delete(blob: storage.Blob) -> None:
        try:
            blob.delete(timeout=TIMEOUT_S)
        except NotFound:
            return


def _picture() -> bytes:
    """Return a soft gradient that no other picture equals."""
    seed = Image.frombytes(
        "RGB", (4, 3), bytes(128 + byte // 4 for byte in secrets.token_bytes(36))
    )
    target = BytesIO()
    seed.resize(_SIZE, Image.Resampling.BICUBIC).save(target, "JPEG", quality=85)
    return target.getvalue()
