import pytest

from safelight.policy import CLOUD_V1, LOCAL_V1, POLICIES, PathRule, Policy
from safelight.verdict import Decision, judge
from safelight.vision import Annotations, Category, ImageError, Likelihood

INNOCENT = dict.fromkeys(Category, Likelihood.VERY_UNLIKELY)


def seen(**found):
    likelihoods = {Category(name): Likelihood(value) for name, value in found.items()}
    return Annotations(safe_search={**INNOCENT, **likelihoods})


def codes(verdict):
    return [reason.code for reason in verdict.reasons]


def test_an_innocent_picture_is_approved():
    verdict = judge(seen(), None, CLOUD_V1)

    assert verdict.decision is Decision.APPROVED
    assert verdict.reasons == ()
    assert verdict.policy == "cloud-v1"


@pytest.mark.parametrize(
    ("category", "lowest_refused", "highest_approved"),
    [
        ("adult", "LIKELY", "POSSIBLE"),
        ("violence", "LIKELY", "POSSIBLE"),
        ("racy", "VERY_LIKELY", "LIKELY"),
    ],
)
def test_a_gating_category_refuses_from_its_threshold_on(
    category, lowest_refused, highest_approved
):
    refused = judge(seen(**{category: lowest_refused}), None, CLOUD_V1)
    approved = judge(seen(**{category: highest_approved}), None, CLOUD_V1)

    assert refused.decision is Decision.QUARANTINED
    assert codes(refused) == [f"unsafe_{category}"]
    assert approved.decision is Decision.APPROVED


@pytest.mark.parametrize("category", ["medical", "spoof"])
def test_medical_and_spoof_are_recorded_only(category):
    assert judge(seen(**{category: "VERY_LIKELY"}), None, CLOUD_V1).decision is Decision.APPROVED
    assert judge(seen(**{category: "UNKNOWN"}), None, CLOUD_V1).decision is Decision.APPROVED


@pytest.mark.parametrize("category", ["adult", "violence", "racy"])
def test_unknown_in_a_gating_category_is_not_screened(category):
    verdict = judge(seen(**{category: "UNKNOWN"}), None, CLOUD_V1)

    assert verdict.decision is Decision.QUARANTINED
    assert codes(verdict) == ["not_screened"]
    assert category in verdict.reasons[0].message


def test_the_local_policy_does_not_pretend_to_judge_violence():
    verdict = judge(seen(violence="UNKNOWN"), None, LOCAL_V1)

    assert verdict.decision is Decision.APPROVED
    assert verdict.policy == "local-v1-adult-racy-only"
    assert set(LOCAL_V1.blind_to) == {Category.VIOLENCE, Category.MEDICAL, Category.SPOOF}


@pytest.mark.parametrize("policy", POLICIES.values())
@pytest.mark.parametrize(
    ("annotations", "call_error", "first"),
    [
        (None, None, "not_screened"),
        (None, ImageError(14, "down"), "vision_unavailable"),
        (seen(), ImageError(14, "down"), "vision_unavailable"),
        (Annotations(), None, "not_screened"),
        (Annotations(safe_search={}), None, "not_screened"),
        (Annotations(safe_search=INNOCENT, error=ImageError(3, "bad")), None, "vision_error"),
        (Annotations(error=ImageError(0, "")), None, "vision_error"),
    ],
)
def test_whatever_is_missing_or_wrong_quarantines(annotations, call_error, first, policy):
    verdict = judge(annotations, call_error, policy)

    assert verdict.decision is Decision.QUARANTINED
    assert codes(verdict)[0] == first


def test_an_unsafe_finding_is_told_beside_an_error():
    annotations = Annotations(
        safe_search={**INNOCENT, Category.ADULT: Likelihood.VERY_LIKELY}, error=ImageError(3, "x")
    )

    verdict = judge(annotations, None, CLOUD_V1)

    assert codes(verdict) == ["vision_error", "unsafe_adult"]


def test_every_policy_gates_on_something():
    assert all(policy.refuse_from for policy in POLICIES.values())
    assert all(Likelihood.UNKNOWN not in p.refuse_from.values() for p in POLICIES.values())


def test_the_rule_of_the_longest_path_replaces_the_thresholds():
    policy = Policy(
        "p",
        {Category.ADULT: Likelihood.LIKELY},
        (
            PathRule("press/", {Category.ADULT: Likelihood.VERY_LIKELY}),
            PathRule("press/kids/", {Category.ADULT: Likelihood.UNLIKELY}),
        ),
    )

    names = ("a.jpg", "press/a.jpg", "press/kids/a.jpg", "press.jpg")
    decisions = [judge(seen(adult="LIKELY"), None, policy, name).decision for name in names]

    assert decisions == ["quarantined", "approved", "quarantined", "quarantined"]
