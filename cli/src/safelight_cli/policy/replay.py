"""Go through the whole library: what would a policy change, and change it if told so."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from safelight.policy import Policy
from safelight_cli.policy.evidence import Record
from safelight_cli.policy.plan import Step, step_of

_PARALLEL = 8

Apply = Callable[[Step], bool]


@dataclass
class Tally:
    """How far a replay has come."""

    seen: int = 0
    last: str | None = None
    """Up to this picture all is done: where a replay that was stopped goes on."""
    acts: Counter[str] = field(default_factory=Counter)
    remaining: int = 0
    """Pictures that are not as the policy wants them."""


@dataclass(frozen=True)
class Told:
    """A step, and whether it was taken."""

    step: Step
    is_done: bool


def replay(
    pages: Iterable[Sequence[Record]],
    policy: Policy,
    apply: Apply | None,
    tally: Tally,
    tell: Callable[[Sequence[Told]], None],
) -> None:
    """Decide every picture of the pages anew; without ``apply`` nothing is changed.

    The tally is right at any moment, and after each page ``tell`` is given its steps.
    """
    with ThreadPoolExecutor(_PARALLEL) as pool:
        for page in pages:
            steps = [step for record in page if (step := step_of(record, policy))]
            done = list(pool.map(apply, steps)) if apply else [False] * len(steps)
            told = [Told(step, is_done) for step, is_done in zip(steps, done, strict=True)]
            _count(tally, page, told)
            tell(told)


def _count(tally: Tally, page: Sequence[Record], told: Sequence[Told]) -> None:
    tally.seen += len(page)
    tally.last = str(page[-1]["imageId"])
    tally.acts.update(one.step.act.value for one in told)
    tally.remaining += sum(one.step.is_open and not one.is_done for one in told)
