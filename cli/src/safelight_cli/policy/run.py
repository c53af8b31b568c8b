"""``safelight policy replay``: a dry run with a diff, or the change itself."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TextIO

from safelight.policy import Policy
from safelight_cli.policy.apply import Applier
from safelight_cli.policy.library import count, pages
from safelight_cli.policy.plan import Act
from safelight_cli.policy.replay import Tally, Told, replay
from safelight_cli.wiring import Parts

_EVERY_S = 5.0
_WORDS = {
    Act.WITHDRAW: "shown, to be withdrawn",
    Act.RELEASE: "held back, to be rendered and shown",
    Act.HIDE: "held back, but not out of sight yet",
    Act.WAIT: "being rendered, to be withdrawn when ready: run this again",
    Act.KEEP: "would be held back, but a reviewer let it pass: kept",
}


@dataclass
class Screen:
    """A line a picture on ``out``; how far it is and how it ended on ``aside``."""

    out: TextIO
    aside: TextIO
    total: int
    tally: Tally
    _told_at: float = field(default_factory=time.monotonic)

    def tell(self, told: Sequence[Told]) -> None:
        for one in told:
            self.out.write(f"{line(one)}\n")
        if time.monotonic() - self._told_at >= _EVERY_S:
            self._told_at = time.monotonic()
            self.aside.write(f"{self.tally.seen} of {self.total} pictures\n")
            self.aside.flush()

    def sum_up(self, policy: Policy, *, applied: bool) -> None:
        self.aside.write(f"{self.tally.seen} pictures under {policy.name}\n")
        for act, number in sorted(self.tally.acts.items()):
            self.aside.write(f"{number:8} {_WORDS[Act(act)]}\n")
        if self.tally.remaining and not applied:
            self.aside.write("Nothing was changed; --apply does it.\n")
        elif self.tally.remaining:
            self.aside.write(f"{self.tally.remaining} pictures remain; run it again.\n")


def line(told: Told) -> str:
    """Return what is told of one picture: act, id, reasons, name."""
    step = told.step
    reasons = ",".join(sorted({reason.code for reason in step.verdict.reasons})) or "-"
    act = step.act.value if told.is_done or not step.is_open else f"({step.act.value})"
    return f"{act:10} {step.image_id} {reasons} {step.record['original']['name']!r}"


def run_replay(
    parts: Parts, policy: Policy, screen: tuple[TextIO, TextIO], after: str | None, *, apply: bool
) -> bool:
    """Replay; returns whether every picture is as the policy wants it.

    Raises Google's errors; what is not done then is told first.
    """
    tally = Tally(last=after)
    shown = Screen(*screen, count(parts.database), tally)
    applier = Applier(parts.records, parts.queue, parts.quarantine) if apply else None
    try:
        library = pages(parts.database, after)
        replay(library, policy, applier.apply if applier else None, tally, shown.tell)
    except BaseException:
        if tally.last:
            shown.aside.write(f"Stopped; go on with --after {tally.last}\n")
        raise
    shown.sum_up(policy, applied=apply)
    return tally.remaining == 0
