"""Make pictures what the policy wants.  Every act may be repeated after an interruption."""

from dataclasses import dataclass

from safelight.quarantine import Quarantine
from safelight.record import Entry, State
from safelight.records import StaleError
from safelight.release import Ledger, Queue, release
from safelight_cli.policy.plan import Act, Step, is_hidden

_STAGE = "policy"


@dataclass(frozen=True)
class Applier:
    """Applies steps to the deployment."""

    ledger: Ledger
    queue: Queue
    quarantine: Quarantine

    def apply(self, step: Step) -> bool:
        """Apply the step; returns whether the picture is now as the policy wants it.

        Raises the clients' errors.
        """
        try:
            return self._apply(step)
        except StaleError:
            return False

    def _apply(self, step: Step) -> bool:
        match step.act:
            case Act.WITHDRAW:
                self._withdraw(step)
            case Act.RELEASE:
                return self._release(step)
            case Act.HIDE:
                self.quarantine.hide(self.ledger, step.image_id, step.record)
            case Act.WAIT:
                return False
        return True

    def _withdraw(self, step: Step) -> None:
        """From the first write on nothing of the picture is served; then all of it is removed."""
        reasons = step.verdict.reasons
        generation = step.record["original"]["generation"]
        fields = {"verdict": step.verdict.to_document(), "reason": reasons[0].to_document()}
        self.ledger.move(
            step.image_id,
            generation,
            before=State.READY,
            after=State.QUARANTINED,
            fields=fields,
            entry=_entry("picture_withdrawn", step),
        )
        self.quarantine.hide(self.ledger, step.image_id, step.record)

    def _release(self, step: Step) -> bool:
        """Finish what hid the picture, if it was interrupted: what is shown again is made anew."""
        record = step.record
        if not is_hidden(record):
            self.quarantine.hide(self.ledger, step.image_id, record)
            record = self.ledger.read(step.image_id) or {}
        if record.get("state") != State.QUARANTINED:
            return False
        fields = {"verdict": step.verdict.to_document()}
        release(self.ledger, self.queue, record, fields, _entry("picture_approved", step))
        return True


def _entry(event: str, step: Step) -> Entry:
    codes = [reason.code for reason in step.verdict.reasons]
    return Entry(_STAGE, event, detail={"policy": step.verdict.policy, "reasons": codes})
