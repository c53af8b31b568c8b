"""The pictures that the demo sends, and how each must end."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from safelight_cli.demo import drawings
from safelight_cli.demo.photos import PHOTOS, read_photo

READY = "ready"


@dataclass(frozen=True, slots=True)
class Picture:
    """A file to send; ``ends`` is the state it must reach, None where any terminal one will do."""

    filename: str
    content_type: str
    content: bytes
    ends: str | None


def sample_pictures() -> list[Picture]:
    """Return the photos, and a generated picture for each special case.

    Raises PhotosMissingError where the photos are not installed.
    """
    photos = {photo.file: read_photo(photo) for photo in PHOTOS}
    pictures = [
        Picture(name, "image/png" if name.endswith("png") else "image/jpeg", content, READY)
        for name, content in photos.items()
    ]
    return [
        *pictures,
        Picture("text poster.jpg", "image/jpeg", drawings.poster(), READY),
        Picture("sideways.jpg", "image/jpeg", drawings.sideways(photos["coffee.png"]), READY),
        Picture("transparent.png", "image/png", drawings.transparent(), READY),
        Picture("refused.jpg", "image/jpeg", _refused(), "quarantined"),
        Picture("broken.jpg", "image/jpeg", drawings.truncated(photos["rocket.jpg"]), "failed"),
        Picture(
            "notes.jpg", "image/jpeg", b"This is no picture, whatever its name says.\n", "failed"
        ),
    ]


class NoPicturesError(OSError):
    """There is nothing to send."""


def pictures_in(folder: Path) -> list[Picture]:
    """Return every file of a folder.  Raises NoPicturesError, and OSError for unreadable ones."""
    if not folder.is_dir():
        raise NoPicturesError(f"there is no folder {folder}; name one: make demo PICTURES=folder")
    paths = sorted(path for path in folder.iterdir() if path.is_file())
    if not paths:
        raise NoPicturesError(f"the folder {folder} holds no files")
    return list(_read(paths))


def _read(paths: Iterable[Path]) -> Iterable[Picture]:
    for path in paths:
        yield Picture(path.name, "application/octet-stream", path.read_bytes(), None)


def _refused() -> bytes:
    """Return colours without a motif that the local SafeSearch model takes for an adult picture."""
    return (files("safelight_cli") / "samples" / "refused.jpg").read_bytes()
