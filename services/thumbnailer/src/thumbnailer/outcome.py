"""How an attempt at a render task ends."""

from dataclasses import dataclass
from typing import Literal

from safelight.record import Reason
from thumbnailer.order import Operation


@dataclass(frozen=True)
class Outcome:
    """The task is done, for the answer and the log."""

    result: Literal["ready", "failed", "stale"]
    reason: Reason | None = None
    operations: tuple[Operation, ...] = ()


class PostponedError(Exception):
    """Another attempt may cure what went wrong, which is the cause."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(code, message)
        self.code = code
        self.message = message
