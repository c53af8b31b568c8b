"""The policies of the gate: which findings keep a picture from being shown.

A policy is never changed, only followed by a new one, because records name it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from safelight.vision import Category, Likelihood


@dataclass(frozen=True, slots=True)
class Policy:
    """A gating category refuses from its threshold on; the others are recorded only."""

    name: str
    refuse_from: Mapping[Category, Likelihood]

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
