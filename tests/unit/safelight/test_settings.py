import pytest
from pydantic import field_validator

from safelight.settings import Settings, SettingsError, load


class Example(Settings):
    port: int
    bucket_name: str


def test_all_faults_are_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "many")
    monkeypatch.delenv("BUCKET_NAME", raising=False)

    with pytest.raises(SettingsError) as raised:
        load(Example)

    assert "PORT" in str(raised.value)
    assert "BUCKET_NAME" in str(raised.value)
    assert "many" not in str(raised.value)


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "80")
    monkeypatch.setenv("BUCKET_NAME", "b")

    settings = load(Example)

    assert (settings.port, settings.bucket_name) == (80, "b")


class Checked(Settings):
    port: int = 0

    @field_validator("port")
    @classmethod
    def _is_told(cls, port: int) -> int:
        if not port:
            raise ValueError("say which")
        return port


def test_defaults_are_checked_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PORT", raising=False)

    with pytest.raises(SettingsError, match=r"PORT: .*say which"):
        load(Checked)
