"""Log files under the data folder, bounded by turning them over at start."""

import os
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 10 * 1024 * 1024
TAIL_BYTES = 4096
TAIL_LINES = 20


def open_log(path: Path) -> BinaryIO:
    """Return a log opened to append; one that has grown large is moved to ``….1`` first."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists() and path.stat().st_size > MAX_BYTES:
        path.replace(path.with_name(f"{path.name}.1"))
    return path.open("ab")


def tail(path: Path) -> str:
    """Return the last lines of a log, indented for use in a message."""
    with path.open("rb") as log:
        log.seek(0, os.SEEK_END)
        log.seek(max(0, log.tell() - TAIL_BYTES))
        lines = log.read().decode(errors="replace").splitlines()
    return "\n".join(f"    {line}" for line in lines[-TAIL_LINES:]) or "    (nothing)"
