"""The use case before Vision: find out what the picture is, and what Vision is to look at."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final, Protocol

from pydantic import BaseModel, ConfigDict

from metadata.inspect import Inspected, Inspection, Rendition
from metadata.original import Source
from safelight.errors import PermanentError
from safelight.record import Reason

STAGE: Final = "metadata"


class Fetched(Protocol):
    """An original on this machine, for a while."""

    @property
    def sha256(self) -> str: ...
    @property
    def is_stored_plain(self) -> bool: ...
    def fileno(self) -> int: ...


class Inspect(Protocol):
    def __call__(self, original: int, *, may_be_judged_itself: bool) -> Inspected: ...


Fetch = Callable[[Source], AbstractContextManager[Fetched]]
StoreRendition = Callable[[Source, Rendition], str]
IsKnown = Callable[[str], bool]


class Examination(BaseModel):
    """What the second half of the work must know of the first; the workflow carries it over."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sha256: str
    inspection: Inspection
    analysis: str
    """Under what name the answers of Vision are kept."""
    images: int
    """How many Vision is to judge; none where its answers are known already."""
    judges_original: bool
    """Whether Vision is to read the object itself, of which it takes whatever is live."""


@dataclass(frozen=True, slots=True)
class Examined:
    """Either an examination and what Vision is to look at, or the reason against the picture."""

    examination: Examination | None
    uris: tuple[str, ...] = ()
    reason: Reason | None = None


@dataclass(frozen=True, slots=True)
class Examiner:
    """Examines pictures; ``version`` is that of the questions to Vision."""

    fetch: Fetch
    inspect: Inspect
    store: StoreRendition
    is_known: IsKnown
    version: str
    gps: bool

    def examine(self, source: Source) -> Examined:
        """Return the examination.  Raises TransientError: then ask again."""
        try:
            with self.fetch(source) as original:
                plain = original.is_stored_plain
                found = self.inspect(original.fileno(), may_be_judged_itself=plain)
                sha256 = original.sha256
        except PermanentError as error:
            return Examined(None, reason=Reason(error.code, error.message, STAGE))
        analysis = f"{sha256}-{self.version}"
        uris = () if self.is_known(analysis) else self._uris(source, found)
        examination = Examination(
            sha256=sha256,
            inspection=self._allowed(found.inspection),
            analysis=analysis,
            images=len(uris),
            judges_original=uris == (source.uri,),
        )
        return Examined(examination, uris)

    def _uris(self, source: Source, found: Inspected) -> tuple[str, ...]:
        stored = tuple(self.store(source, rendition) for rendition in found.renditions)
        return stored or (source.uri,)

    def _allowed(self, inspection: Inspection) -> Inspection:
        """Leave out the place here already: executions of workflows are kept and can be read."""
        return inspection if self.gps else inspection.model_copy(update={"gps": None})
