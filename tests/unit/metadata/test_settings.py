import json

import pytest

from metadata.settings import MetadataSettings
from safelight.policy import POLICIES
from safelight.settings import SettingsError, load


@pytest.fixture
def policies_file(tmp_path):
    path = tmp_path / "policies.json"
    told = {"name": "press-v1", "refuseFrom": {"adult": "VERY_LIKELY"}}
    path.write_text(json.dumps({"policies": [told]}))
    return path


def settings(monkeypatch, **variables):
    for name, value in {"ANALYSIS_BUCKET": "analysis", **variables}.items():
        monkeypatch.setenv(name, str(value))
    return load(MetadataSettings)


@pytest.mark.parametrize("name", POLICIES)
def test_every_policy_can_be_chosen(monkeypatch, name):
    assert settings(monkeypatch, POLICY=name).gate is POLICIES[name]


def test_a_policy_of_ones_own_can_be_chosen(monkeypatch, policies_file):
    chosen = settings(monkeypatch, POLICY="press-v1", POLICIES_FILE=policies_file)

    assert chosen.gate.name == "press-v1"


def test_a_policy_that_is_not_there_is_told_with_those_that_are(monkeypatch):
    with pytest.raises(SettingsError, match=r"POLICY: .*there is no policy press-v1.*cloud-v1"):
        settings(monkeypatch, POLICY="press-v1")


def test_a_file_that_is_not_there_is_told(monkeypatch, tmp_path):
    with pytest.raises(SettingsError, match=r"POLICIES_FILE: .*No such file"):
        settings(monkeypatch, POLICIES_FILE=tmp_path / "no.json")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("CROP_RATIOS", "0"),
        ("CROP_RATIOS", "1,,2"),
        ("LANGUAGE_HINTS", "de,"),
        ("JUDGED_FRAMES", "15"),
        ("KEEP_ANSWERS_DAYS", "0"),
    ],
)
def test_a_setting_that_makes_no_sense_is_told(monkeypatch, name, value):
    with pytest.raises(SettingsError, match=name):
        settings(monkeypatch, **{name: value})


def test_what_vision_is_asked_follows_the_settings(monkeypatch):
    wanted = {"CROP_RATIOS": "1,1.5,0.75", "LANGUAGE_HINTS": "de,zh-Hant", "OBJECTS": "true"}

    questions = settings(monkeypatch, **wanted).questions

    assert questions.crop_ratios == (1.0, 1.5, 0.75)
    assert questions.language_hints == ("de", "zh-Hant")
    assert questions.objects
