import json

import pytest

from safelight.policy import POLICIES
from safelight.policy_file import PolicyFileError, load_policies
from safelight.vision import Category, Likelihood


@pytest.fixture
def write(tmp_path):
    def write(*policies):
        path = tmp_path / "policies.json"
        path.write_text(json.dumps({"policies": policies}))
        return path

    return write


def test_a_file_adds_policies_to_those_that_are_built_in(write):
    rule = {"prefix": "press/", "refuseFrom": {"violence": "VERY_LIKELY"}}
    path = write({"name": "strict-v2", "refuseFrom": {"adult": "POSSIBLE"}, "paths": [rule]})

    policies = load_policies(path)

    assert set(policies) == {*POLICIES, "strict-v2"}
    strict = policies["strict-v2"]
    assert strict.thresholds("a.jpg") == {Category.ADULT: Likelihood.POSSIBLE}
    assert strict.thresholds("press/a.jpg") == {Category.VIOLENCE: Likelihood.VERY_LIKELY}


def test_without_a_file_there_are_the_built_in_ones():
    assert load_policies(None) == POLICIES


@pytest.mark.parametrize(
    ("policy", "fault"),
    [
        ({"name": "x", "refuseFrom": {}}, "refuseFrom"),
        ({"name": "x", "refuseFrom": {"adult": "UNKNOWN"}}, "adult"),
        ({"name": "x", "refuseFrom": {"nudity": "LIKELY"}}, "nudity"),
        ({"name": "X y", "refuseFrom": {"adult": "LIKELY"}}, "name"),
        ({"name": "x", "refuseFrom": {"adult": "LIKELY"}, "path": []}, "path"),
        ({"name": "cloud-v1", "refuseFrom": {"adult": "LIKELY"}}, "taken: cloud-v1"),
    ],
)
def test_a_wrong_policy_is_refused_with_its_place(write, policy, fault):
    with pytest.raises(PolicyFileError, match=fault):
        load_policies(write(policy))


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(PolicyFileError, match="No such file"):
        load_policies(tmp_path / "no.json")
