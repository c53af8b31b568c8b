"""The reference names every setting and every code, and no other."""

import re

import pytest

from gallery.settings import GallerySettings
from metadata.settings import MetadataSettings
from safelight import errors
from safelight.settings import Settings
from tests.local_cloud import ROOT
from thumbnailer.settings import ThumbnailerSettings

REFERENCE = ROOT / "docs" / "reference"
SERVICES = {
    "metadata": MetadataSettings,
    "thumbnailer": ThumbnailerSettings,
    "gallery": GallerySettings,
}


@pytest.mark.parametrize("service", SERVICES)
def test_every_setting_stands_there_with_its_default(service: str) -> None:
    text = (REFERENCE / "settings.md").read_text()
    section = text.partition(f"\n## {service}\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `([A-Z_]+)` \| (.*?) ?\| .+ \|$", section, re.MULTILINE)

    assert rows == [(name.upper(), default(field)) for name, field in fields(SERVICES[service])]


def fields(settings: type[Settings]) -> list[tuple[str, object]]:
    return list(settings.model_fields.items())


def default(field: object) -> str:
    if field.is_required():  # type: ignore[attr-defined]
        return "required"
    value = field.default  # type: ignore[attr-defined]
    if value is None or field.default_factory:  # type: ignore[attr-defined]
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def test_every_code_stands_there() -> None:
    text = (REFERENCE / "errors.md").read_text()
    listed = set(re.findall(r"^\| `([a-z_]+)` \|", text, re.MULTILINE))
    raised = {e.code for e in every(errors.SafelightError) if not every(e)}

    assert raised <= listed


def every(kind: type[errors.SafelightError]) -> list[type[errors.SafelightError]]:
    """Return all kinds of error below this one that the shared package defines."""
    children = [c for c in kind.__subclasses__() if c.__module__ == errors.__name__]
    return children + [grandchild for child in children for grandchild in every(child)]


def test_every_code_of_a_verdict_stands_there() -> None:
    text = (REFERENCE / "errors.md").read_text()
    source = (ROOT / "packages/safelight/src/safelight/verdict.py").read_text()
    codes = set(re.findall(r'_reason\("([a-z_]+)"', source))

    assert len(codes) >= 3
    assert all(f"| `{code}` |" in text for code in codes)
