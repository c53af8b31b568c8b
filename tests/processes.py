"""Look at other processes, to kill them at the right moment."""

import subprocess
from collections.abc import Iterator
from pathlib import Path


def children(pid: int) -> list[int]:
    """Return the processes that a process has started."""
    command = ["ps", "-o", "pid=", "--ppid", str(pid)]
    listed = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return [int(child) for child in listed.split()]


def descendants(pid: int) -> Iterator[int]:
    """Yield all processes below a process."""
    for child in children(pid):
        yield child
        yield from descendants(child)


def is_at_work(pid: int) -> bool:
    """Tell whether a decoding process has been handed a picture."""
    try:
        return any("memfd:original" in str(f.readlink()) for f in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return False
