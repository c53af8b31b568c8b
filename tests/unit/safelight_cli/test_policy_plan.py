import pytest

from safelight.policy import PathRule, Policy
from safelight.vision import Category, Likelihood
from safelight_cli.policy.evidence import judged
from safelight_cli.policy.plan import step_of

STRICT = Policy("strict", {Category.ADULT: Likelihood.UNLIKELY})
LOOSE = Policy("loose", {Category.ADULT: Likelihood.VERY_LIKELY})
HIDDEN = {"bucket": "q", "name": "i1/7", "generation": 9}


def picture(state, adult="LIKELY", reasons=(), **more):
    original = {"bucket": "u", "name": "ann/x.jpg", "generation": 7, "quarantine": HIDDEN}
    return {
        "imageId": "i1",
        "state": state,
        "original": original,
        "metadata": {"safeSearch": {"adult": adult} if adult else None},
        "verdict": {"reasons": list(reasons)},
        "variants": {},
        **more,
    }


@pytest.mark.parametrize(
    ("state", "policy", "act"),
    [
        ("ready", STRICT, "withdraw"),
        ("ready", LOOSE, None),
        ("rendering", STRICT, "wait"),
        ("rendering", LOOSE, None),
        ("quarantined", LOOSE, "release"),
        ("quarantined", STRICT, None),
        ("analyzing", STRICT, None),
        ("rejected", LOOSE, None),
        ("failed", STRICT, None),
        ("deleted", STRICT, None),
    ],
)
def test_what_a_policy_changes(state, policy, act):
    step = step_of(picture(state), policy)

    assert (step.act if step else None) == act


def test_what_a_reviewer_let_pass_is_kept():
    step = step_of(picture("ready", review={"decision": "approved"}), STRICT)

    assert step.act == "keep"
    assert not step.is_open


@pytest.mark.parametrize("more", [{"variants": {"icon": {}}}, {"original": {"name": "x"}}])
def test_a_picture_that_is_not_out_of_sight_yet_is_hidden(more):
    assert step_of(picture("quarantined", **more), STRICT).act == "hide"


@pytest.mark.parametrize(
    ("adult", "reasons", "first"),
    [
        (None, (), "not_screened"),
        ("UNKNOWN", (), "not_screened"),
        ("VERY_UNLIKELY", ("vision_error",), "vision_error"),
        (None, ("vision_error", "not_screened"), "vision_error"),
        (None, ("vision_unavailable",), "vision_unavailable"),
        ("VERY_LIKELY", ("unsafe_adult",), "unsafe_adult"),
    ],
)
def test_no_policy_lets_pass_what_vision_did_not_judge(adult, reasons, first):
    verdict = judged(picture("ready", adult, reasons), LOOSE)

    assert verdict.decision == "quarantined"
    assert verdict.reasons[0].code == first


def test_a_record_without_any_finding_is_not_shown():
    record = {"imageId": "i1", "state": "ready", "original": {"name": "x", "generation": 7}}

    assert step_of(record, LOOSE).act == "withdraw"


def test_the_rule_of_its_path_decides():
    policy = Policy("p", STRICT.refuse_from, (PathRule("ann/", LOOSE.refuse_from),))

    assert step_of(picture("ready"), policy) is None
