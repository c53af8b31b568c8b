"""Names that several stages must derive alike: of records, variants, uploads and render tasks.

The workflow derives image ids and task names with the same expressions; a test
holds them equal.
"""

import base64
import hashlib
import re
import unicodedata
from datetime import UTC, datetime

MAX_FILENAME_BYTES = 200
_STAMP = "%Y%m%dT%HZ"
_OWNER = re.compile(r"[a-z0-9][a-z0-9_.@-]{0,63}", re.IGNORECASE)
# What breaks paths, shells or terminals: separators, wildcards, quotes, controls.
_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\:*?\"<>|#%\[\]]+")


def image_id(bucket: str, name: str) -> str:
    """Return the record id of an object: 44 characters, legal in Firestore for any object name.

    ``i`` and the URL-safe base64 of SHA-256 over ``bucket/name`` (a bucket name has no slash).
    The leading letter keeps clear of ``__…__``, which Firestore reserves.
    """
    return f"i{_digest(f'{bucket}/{name}')}"


def render_task_id(image: str, generation: int, recipes: str, epoch: int) -> str:
    """Return the Cloud Tasks id of one render job; a redrive takes a new epoch.

    A digest, because sequential prefixes raise the queue's latency, and because a used
    id stays taken for hours.
    https://cloud.google.com/tasks/docs/reference/rest/v2/projects.locations.queues.tasks/create
    """
    return _digest(f"{image}/{generation}/{recipes}/{epoch}")


def variant_folder(image: str, generation: int) -> str:
    """Return what the object names of all variants of an original begin with."""
    return f"{image}/{generation}/"


def variant_object(image: str, generation: int, edition: str, variant: str, extension: str) -> str:
    """Return the object name of a variant; its content never changes, so caches may keep it.

    ``edition`` names the recipes: what other recipes make has other names.
    """
    return f"{variant_folder(image, generation)}{edition}/{variant}.{extension}"


def quarantine_object(image: str, generation: int) -> str:
    """Return the object name of a refused original; the workflow derives it alike."""
    return f"{image}/{generation}"


def upload_object(owner: str, at: datetime, upload_id: str, filename: str) -> str:
    """Return ``{owner}/{stamp}/{upload_id}/{filename}``, the file name made safe.

    Raises ValueError for an owner that is no plain name.
    """
    if not is_owner(owner):
        raise ValueError(f"not an owner: {owner!r}")
    stamp = at.astimezone(UTC).strftime(_STAMP)
    return f"{owner}/{stamp}/{upload_id}/{safe_filename(filename)}"


def is_owner(text: str) -> bool:
    """Tell whether the text may stand as the first folder of an upload."""
    return _OWNER.fullmatch(text) is not None


def safe_filename(filename: str) -> str:
    """Return the last part of a client's file name without what breaks paths; never empty."""
    last = unicodedata.normalize("NFC", filename).replace("\\", "/").rpartition("/")[2]
    clean = _UNSAFE.sub("_", last).strip(" .")
    return _shortened(clean) or "unnamed"


def _shortened(filename: str) -> str:
    """Cut the stem, not the extension."""
    if len(filename.encode()) <= MAX_FILENAME_BYTES:
        return filename
    stem, dot, extension = filename.rpartition(".")
    if not dot or len(extension) > 10:  # noqa: PLR2004 -- longer is no extension
        stem, dot, extension = filename, "", ""
    room = MAX_FILENAME_BYTES - len(f"{dot}{extension}".encode())
    return stem.encode()[:room].decode(errors="ignore") + dot + extension


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
