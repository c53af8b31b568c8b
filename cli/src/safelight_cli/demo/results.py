"""Fetch the variants of a finished picture, so that they can be looked at."""

from pathlib import Path
from urllib.parse import urlsplit

from google.cloud import storage

from safelight_cli.demo.watch import Change


def fetch(client: storage.Client, change: Change, folder: Path) -> None:
    """Write each variant to ``folder/PICTURE/VARIANT.EXTENSION``."""
    target = folder / change.sent.picture.filename
    for name, variant in change.record.get("variants", {}).items():
        uri = urlsplit(variant["uri"])
        blob = client.bucket(uri.netloc).blob(uri.path.lstrip("/"))
        target.mkdir(parents=True, exist_ok=True)
        extension = uri.path.rpartition(".")[2]
        blob.download_to_filename(str(target / f"{name}.{extension}"))
