"""The use case of the form: files stream into the uploads bucket, each within limits.

An object appears only when its file is complete: a cut connection leaves nothing behind.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePosixPath
from typing import Final, Protocol

from safelight.errors import (
    EmptyFileError,
    SafelightError,
    TooLargeError,
    TransientError,
    UnsupportedFormatError,
)
from safelight.names import image_id, safe_filename, upload_object

# What browsers say of the formats that are accepted; some know no type for some of them.
_TYPES: Final = {
    ".avif": "image/avif",
    ".bmp": "image/bmp",
    ".gif": "image/gif",
    ".heic": "image/heic",
    ".heif": "image/heif",
    ".ico": "image/x-icon",
    ".j2k": "image/jp2",
    ".jp2": "image/jp2",
    ".jpe": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".tif": "image/tiff",
    ".tiff": "image/tiff",
    ".webp": "image/webp",
}


class TooManyFilesError(SafelightError):
    """There are more files in the form than are taken at a time."""

    code = "too_many_files"


class Draft(Protocol):
    """An object that is being written; it comes to be with ``close``, or never."""

    def write(self, data: bytes) -> object: ...
    def close(self) -> None: ...
    def terminate(self) -> None: ...


OpenDraft = Callable[[str, str], Draft]


@dataclass(frozen=True, slots=True)
class Place:
    """Where uploads go: the bucket, and the first folder in it."""

    bucket: str
    owner: str


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one form may bring."""

    max_file_bytes: int
    max_files: int


@dataclass(frozen=True, slots=True)
class Stored:
    """A file that became an object; the pipeline has it now."""

    filename: str
    object_name: str
    image_id: str


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that did not, and why."""

    filename: str
    error: SafelightError


class Intake:
    """Takes the files of one form (see ``gallery.form.Files``)."""

    def __init__(
        self,
        place: Place,
        open_draft: OpenDraft,
        now: Callable[[], datetime],
        bounds: Bounds,
    ) -> None:
        self._place = place
        self._open_draft = open_draft
        self._now = now
        self._bounds = bounds
        self._file: _File | None = None
        self._count = 0
        self._trouble: SafelightError | None = None
        self.stored: list[Stored] = []
        self.refused: list[Refused] = []

    def begin(self, filename: str, content_type: str) -> None:
        """Begin a file; its object is opened with its first bytes."""
        self._count += 1
        filename = safe_filename(filename)
        upload_id = secrets.token_hex(8)
        name = upload_object(self._place.owner, self._now(), upload_id, filename)
        self._file = _File(filename, name, picture_type(filename, content_type))
        if self._count > self._bounds.max_files:
            self._refuse(TooManyFilesError())
        elif not self._file.content_type:
            self._refuse(UnsupportedFormatError())
        elif self._trouble is not None:
            self._refuse(self._trouble)

    def write(self, data: bytes) -> None:
        """Pass the bytes on, or over, once the file is refused."""
        file = self._file
        if file is None:
            return
        file.size += len(data)
        if file.size > self._bounds.max_file_bytes:
            allowed = self._bounds.max_file_bytes
            self._refuse(TooLargeError(f"The file has more than {allowed:,} bytes."))
            return
        with self._refusing():
            if file.draft is None:
                file.draft = self._open_draft(file.object_name, file.content_type)
            file.draft.write(data)

    def end(self) -> None:
        """Let the object come to be."""
        file = self._file
        if file is None:
            return
        if file.draft is None:
            self._refuse(EmptyFileError())
            return
        with self._refusing():
            file.draft.close()
            self._file = None
            identity = image_id(self._place.bucket, file.object_name)
            self.stored.append(Stored(file.filename, file.object_name, identity))

    def abandon(self) -> None:
        """Give up the file in hand, if any: nothing of it may come to be."""
        file, self._file = self._file, None
        if file is not None and file.draft is not None:
            file.draft.terminate()

    @contextmanager
    def _refusing(self) -> Iterator[None]:
        """Refuse the file, and those after it, when the bucket is in trouble."""
        try:
            yield
        except TransientError as error:
            self._trouble = error
            self._refuse(error)

    def _refuse(self, error: SafelightError) -> None:
        if self._file is not None:
            self.refused.append(Refused(self._file.filename, error))
        self.abandon()


@dataclass(slots=True)
class _File:
    """The file in hand."""

    filename: str
    object_name: str
    content_type: str
    size: int = 0
    draft: Draft | None = None


def picture_type(filename: str, told: str) -> str:
    """Return the content type that the object gets; empty for what is plainly no picture.

    The name counts more than the browser's word.  Neither is believed later on.
    """
    known = _TYPES.get(PurePosixPath(filename).suffix.lower())
    if known is not None:
        return known
    bare = told.partition(";")[0].strip().lower()
    return bare if bare in _TYPES.values() else ""
