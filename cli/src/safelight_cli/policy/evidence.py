"""What Vision said of a picture, as its record keeps it.  Pure."""

from collections.abc import Mapping
from typing import Any

from safelight.policy import Policy
from safelight.verdict import Verdict, judge
from safelight.vision import Annotations, Category, ImageError, Likelihood

Record = Mapping[str, Any]


def judged(record: Record, policy: Policy) -> Verdict:
    """Return the verdict that the policy leads to.

    A failure of Vision is not in the likelihoods; the reasons of the stored verdict tell of it.
    """
    codes = frozenset((record.get("verdict") or {}).get("reasons") or ())
    call_error = ImageError(0, "recorded") if "vision_unavailable" in codes else None
    annotations = _annotations(record, has_error="vision_error" in codes)
    return judge(annotations, call_error, policy, str(record["original"]["name"]))


def _annotations(record: Record, *, has_error: bool) -> Annotations | None:
    found = (record.get("metadata") or {}).get("safeSearch")
    if found is None and not has_error:
        return None
    likelihoods = {
        category: Likelihood(str(found[category]))
        for category in Category
        if found and category in found
    }
    return Annotations(
        safe_search=likelihoods, error=ImageError(0, "recorded") if has_error else None
    )
