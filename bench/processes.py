"""CPU time and memory of a process and everything below it, from /proc (Linux)."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
PAGE = os.sysconf("SC_PAGE_SIZE")


@dataclass(frozen=True)
class Usage:
    """One process; ``cpu_s`` includes children that have ended."""

    pid: int
    name: str
    cpu_s: float
    memory_mb: float


def usage_of_tree(pid: int) -> list[Usage]:
    """Return the usage of the process and all its descendants."""
    parents = dict(_parents())
    tree = {pid}
    while more := {child for child, parent in parents.items() if parent in tree} - tree:
        tree |= more
    return [usage for member in tree if (usage := _usage(member)) is not None]


def _parents() -> Iterator[tuple[int, int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit() and (fields := _stat(int(folder.name))):
            yield int(folder.name), int(fields[1])


def _usage(pid: int) -> Usage | None:
    fields = _stat(pid)
    if fields is None:
        return None
    cpu_s = sum(int(ticks) for ticks in fields[11:15]) / TICKS
    return Usage(pid, _name(pid), cpu_s, int(fields[21]) * PAGE / 1e6)


def _stat(pid: int) -> list[str] | None:
    """Return the fields of ``/proc/PID/stat`` from the state on."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None


def _name(pid: int) -> str:
    """Return the Python module that the process runs."""
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().decode().split("\0")
    except OSError:
        return "ended"
    if "-m" in words:
        return words[words.index("-m") + 1].removesuffix(".worker")
    return next((Path(w).stem for w in words[1:] if w.endswith(".py")), Path(words[0]).name)
