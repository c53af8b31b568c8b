"""How much memory this process has used at most, and how it gives memory back."""

import ctypes
import mmap
import resource
from collections.abc import Callable
from pathlib import Path
from typing import Final, SupportsIndex, overload

_STATUS: Final = Path("/proc/self/status")
_CLEAR: Final = Path("/proc/self/clear_refs")
_LARGE_BYTES: Final = 256 * 1024


class Original(mmap.mmap):
    """A mapped file that is not held in memory once more by the process that reads it.

    Pages that have been read in large pieces are let go. Whoever reads them again gets them
    from the system, which keeps them anyway.
    """

    def read(self, size: int | None = None, /) -> bytes:
        return self._let_go(super().read(size))

    @overload
    def __getitem__(self, place: SupportsIndex, /) -> int: ...

    @overload
    def __getitem__(self, place: "slice[SupportsIndex | None]", /) -> bytes: ...

    def __getitem__(self, place: "SupportsIndex | slice[SupportsIndex | None]", /) -> int | bytes:
        if not isinstance(place, slice):
            return super().__getitem__(place)
        return self._let_go(super().__getitem__(place))

    def _let_go(self, piece: bytes) -> bytes:
        if len(piece) >= _LARGE_BYTES:
            self.madvise(mmap.MADV_DONTNEED)
        return piece


def reset_peak() -> None:
    """Let the peak start again from what is in use now, where the system can do that."""
    # 5 is the high-water mark (https://docs.kernel.org/filesystems/proc.html).
    if _CLEAR.exists():
        _CLEAR.write_text("5", "ascii")


def peak_kb() -> int:
    """Return the most memory in use since the last reset, or since the start."""
    if not _STATUS.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    lines = _STATUS.read_text("ascii", "replace").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def trimmer() -> Callable[[], object]:
    """Return what gives freed memory back to the system; nothing where the C library cannot."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    return (lambda: trim(0)) if trim else (lambda: None)
