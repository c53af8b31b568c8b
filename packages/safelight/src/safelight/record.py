"""The record of a picture: its states, the only moves between them, and what a record holds.

The document is ``images/{image_id}``; ``timeline`` below it has an entry for all that happened.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

IMAGES = "images"
TIMELINE = "timeline"


class State(StrEnum):
    """Where a picture stands."""

    ANALYZING = "analyzing"
    RENDERING = "rendering"
    READY = "ready"
    QUARANTINED = "quarantined"
    REJECTED = "rejected"
    FAILED = "failed"
    DELETED = "deleted"


# What may follow a state for the same generation.  A newer generation of the object
# starts over from any state, and the delete cascade may end any.
NEXT: Mapping[State | None, frozenset[State]] = {
    None: frozenset({State.ANALYZING}),
    State.ANALYZING: frozenset({State.RENDERING, State.QUARANTINED, State.FAILED}),
    State.RENDERING: frozenset({State.READY, State.FAILED}),
    # Withdrawn: a policy was decided anew.  It comes back through a reviewer or a policy only.
    State.READY: frozenset({State.QUARANTINED}),
    State.QUARANTINED: frozenset({State.RENDERING, State.REJECTED}),
    # An appeal was granted.
    State.REJECTED: frozenset({State.RENDERING}),
    State.FAILED: frozenset({State.ANALYZING, State.RENDERING}),
    State.DELETED: frozenset(),
}

# No stage is at work on a picture in one of these.
TERMINAL = frozenset({State.READY, State.QUARANTINED, State.REJECTED, State.FAILED, State.DELETED})


class IllegalMoveError(Exception):
    """The table of moves lacks this move."""


def check_move(before: State | None, after: State) -> None:
    """Raise IllegalMoveError for a move that the table lacks."""
    if after is not State.DELETED and after not in NEXT[before]:
        raise IllegalMoveError(f"no picture goes from {before} to {after}")


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a picture is quarantined or failed: a stable code and a sentence for its user."""

    code: str
    message: str
    stage: str

    def to_document(self) -> dict[str, str]:
        return {"code": self.code, "message": self.message, "stage": self.stage}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened; ``event`` is a verb phrase such as ``variants_published``."""

    stage: str
    event: str
    attempt: int = 1
    duration_ms: int | None = None
    detail: Mapping[str, Any] | None = None
