"""Gets ready what rendering needs, while the server already answers.

Google's clients take longer to import than everything else together.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as LateError
from typing import Final, Protocol

from safelight.task import RenderTask
from thumbnailer.outcome import Outcome, PostponedError

_START_S: Final = 60.0


class Equipment(Protocol):
    """What renders, once it is there."""

    def render(self, task: RenderTask, attempt: int) -> Outcome: ...

    def close(self, patience_s: float) -> None: ...


class UnfitError(Exception):
    """Something that rendering needs is wrong or does not start; the message says what."""


class Workshop:
    """Renders as soon as its equipment is there; until then tasks wait."""

    def __init__(self, equip: Callable[[], Equipment]) -> None:
        self._equip = equip
        self._equipment: Future[Equipment] = Future()
        self.ready = threading.Event()

    def open(self) -> None:
        """Get the equipment. Raises what ``equip`` raises."""
        try:
            self._equipment.set_result(self._equip())
        except BaseException as error:
            self._equipment.set_exception(error)
            raise
        self.ready.set()

    def render(self, task: RenderTask, attempt: int) -> Outcome:
        """Do a task. Raises PostponedError."""
        try:
            equipment = self._equipment.result(_START_S)
        except LateError:
            raise PostponedError("starting", "The renderers are starting.") from None
        return equipment.render(task, attempt)

    @property
    def fault(self) -> BaseException | None:
        """Return why there is no equipment, if there will never be any."""
        return self._equipment.exception() if self._equipment.done() else None

    def close(self, patience_s: float) -> None:
        """Let go of the equipment; pictures in hand have so long to be finished."""
        if self._equipment.done() and not self.fault:
            self._equipment.result().close(patience_s)
