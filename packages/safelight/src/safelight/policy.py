"""The policies of the gate: which findings keep a picture from being shown.

A policy is never changed, only followed by a new one, because records name it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from safelight.vision import Category, Likelihood

Thresholds = Mapping[Category, Likelihood]


@dataclass(frozen=True, slots=True)
class PathRule:
    """Thresholds for the objects whose names begin so; an owner's begin with ``owner/``."""

    prefix: str
    refuse_from: Thresholds


@dataclass(frozen=True, slots=True)
class Policy:
    """A gating category refuses from its threshold on; the others are recorded only."""

    name: str
    refuse_from: Thresholds
    paths: tuple[PathRule, ...] = ()

    def thresholds(self, object_name: str) -> Thresholds:
        """Return what gates an object: the rule of the longest prefix, wholly, or the default."""
        matching = [rule for rule in self.paths if object_name.startswith(rule.prefix)]
        longest = max(matching, key=lambda rule: len(rule.prefix), default=None)
        return longest.refuse_from if longest else self.refuse_from

    @property
    def blind_to(self) -> tuple[Category, ...]:
        """What this policy lets pass unjudged."""
        return tuple(category for category in Category if category not in self.refuse_from)


# Racy holds swimwear and dance, so only the surest finding counts.  Medical (surgery, wounds)
# and spoof (memes) are matters of taste, not of safety.
CLOUD_V1: Final = Policy(
    "cloud-v1",
    {
        Category.ADULT: Likelihood.LIKELY,
        Category.VIOLENCE: Likelihood.LIKELY,
        Category.RACY: Likelihood.VERY_LIKELY,
    },
)

# The local models judge nudity only: violence would always be UNKNOWN.
LOCAL_V1: Final = Policy(
    "local-v1-adult-racy-only",
    {Category.ADULT: Likelihood.LIKELY, Category.RACY: Likelihood.VERY_LIKELY},
)

POLICIES: Final[Mapping[str, Policy]] = {policy.name: policy for policy in (CLOUD_V1, LOCAL_V1)}
