"""What a policy would change about one picture.  Pure."""

from dataclasses import dataclass
from enum import StrEnum

from safelight.policy import Policy
from safelight.record import State
from safelight.verdict import Decision, Verdict
from safelight_cli.policy.evidence import Record, judged


class Act(StrEnum):
    """What is to be done, or why nothing is."""

    WITHDRAW = "withdraw"
    """It is shown and must not be."""
    RELEASE = "release"
    """It is held back and need not be."""
    HIDE = "hide"
    """It is held back, but its original is not out of sight yet."""
    WAIT = "wait"
    """It must not be shown, but is being rendered: only a ready picture can be withdrawn."""
    KEEP = "keep"
    """It would not pass, but a reviewer let it pass."""


@dataclass(frozen=True, slots=True)
class Step:
    """One picture that the policy has something to say about."""

    act: Act
    record: Record
    verdict: Verdict

    @property
    def image_id(self) -> str:
        return str(self.record["imageId"])

    @property
    def is_open(self) -> bool:
        """Tell whether the picture is not yet as the policy wants it."""
        return self.act is not Act.KEEP


def step_of(record: Record, policy: Policy) -> Step | None:
    """Return what is to be done about a picture; None where all is as it should be."""
    state = record.get("state")
    if state not in {State.READY, State.RENDERING, State.QUARANTINED}:
        return None
    verdict = judged(record, policy)
    act = _act(State(state), record, is_safe=verdict.decision is Decision.APPROVED)
    return Step(act, record, verdict) if act else None


def _act(state: State, record: Record, *, is_safe: bool) -> Act | None:
    if state is State.QUARANTINED:
        if is_safe:
            return Act.RELEASE
        return None if is_hidden(record) else Act.HIDE
    if is_safe:
        return None
    if (record.get("review") or {}).get("decision") == "approved":
        return Act.KEEP
    return Act.WITHDRAW if state is State.READY else Act.WAIT


def is_hidden(record: Record) -> bool:
    """Tell whether the original lies in the quarantine and no variant is left."""
    return bool(record["original"].get("quarantine")) and not record.get("variants")
