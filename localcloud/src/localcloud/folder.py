"""The data folder: all state of one local cloud, in use by one process at a time."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from localcloud.errors import StartError


@contextmanager
def locked_folder(folder: Path) -> Iterator[Path]:
    """Provide the folder, created where missing; the lock ends with the process at the latest.

    Raises StartError where it cannot be used, or another local cloud uses it.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        lock = (folder / "lock").open("w")
    except OSError as error:
        raise StartError(
            f"{folder} cannot hold the data ({error.strerror}); name another folder with --data"
        ) from error
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StartError(
                f"another local cloud uses {folder}; stop it, or name another folder with --data"
            ) from error
        yield folder
