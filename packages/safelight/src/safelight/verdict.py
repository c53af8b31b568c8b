"""The verdict on a picture: a pure function of what Vision found and of the policy.

It fails closed: whatever was not found to be safe is quarantined.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from safelight.policy import Policy, Thresholds
from safelight.record import Reason
from safelight.vision import Annotations, Category, ImageError, Likelihood

STAGE: Final = "gate"

_UNSAFE: Final = {
    Category.ADULT: "The picture seems to show nudity or sexual content.",
    Category.RACY: "The picture seems to be sexually suggestive.",
    Category.VIOLENCE: "The picture seems to show violence.",
    Category.MEDICAL: "The picture seems to show a medical procedure or an injury.",
    Category.SPOOF: "The picture seems to be a manipulated version of another.",
}


class Decision(StrEnum):
    APPROVED = "approved"
    QUARANTINED = "quarantined"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate decided under which policy, and every reason against the picture."""

    decision: Decision
    reasons: tuple[Reason, ...]
    policy: str

    def to_document(self) -> dict[str, Any]:
        """Return the ``verdict`` of a record."""
        return {
            "decision": self.decision.value,
            "reasons": [reason.code for reason in self.reasons],
            "policy": self.policy,
        }


def judge(
    annotations: Annotations | None,
    call_error: ImageError | None,
    policy: Policy,
    object_name: str = "",
) -> Verdict:
    """Return the verdict; ``call_error`` is why there are no annotations, where that is known."""
    thresholds = policy.thresholds(object_name)
    reasons = tuple(_reasons(annotations, call_error, thresholds))
    decision = Decision.QUARANTINED if reasons else Decision.APPROVED
    return Verdict(decision, reasons, policy.name)


def _reasons(
    annotations: Annotations | None, call_error: ImageError | None, thresholds: Thresholds
) -> Iterator[Reason]:
    if call_error is not None:
        yield _reason("vision_unavailable", "The picture could not be checked: Vision failed.")
    elif annotations is None:
        yield _reason("not_screened", "The picture was not checked.")
    elif annotations.error is not None:
        yield _reason("vision_error", "Vision could not check the picture wholly.")
    if annotations is not None:
        yield from _findings(annotations, thresholds)


def _findings(annotations: Annotations, thresholds: Thresholds) -> Iterator[Reason]:
    found = annotations.safe_search or {}
    for category, threshold in thresholds.items():
        likelihood = found.get(category, Likelihood.UNKNOWN)
        if likelihood is Likelihood.UNKNOWN:
            yield _reason("not_screened", f"The picture was not checked for {category} content.")
        elif likelihood.rank >= threshold.rank:
            yield _reason(f"unsafe_{category}", _UNSAFE[category])


def _reason(code: str, message: str) -> Reason:
    return Reason(code, message, STAGE)
