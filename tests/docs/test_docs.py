"""The documents say what the code says."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from safelight.record import NEXT
from tests.local_cloud import ROOT

DOCUMENTS = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout.split()
]
_LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)[^)]*\)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_leads_to_a_file(document: Path) -> None:
    targets = [t for t in _LINK.findall(document.read_text()) if "://" not in t]

    assert [t for t in targets if not (document.parent / t).exists()] == []


def test_the_readme_is_short() -> None:
    assert len((ROOT / "README.md").read_text().splitlines()) < 150


def test_the_tour_draws_every_move_and_no_other() -> None:
    drawn = set(
        re.findall(r"^    (\S+) --> (\S+)$", (ROOT / "docs/tour.md").read_text(), re.MULTILINE)
    )

    assert drawn == {(before or "[*]", after) for before in NEXT for after in NEXT[before]}


def test_every_decision_is_in_the_index() -> None:
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text()

    for record in folder.glob("0*.md"):
        assert record.name in index
        assert "**Revisit when**" in record.read_text()


@pytest.mark.parametrize("workflow", list((ROOT / "workflows").glob("*.yaml")), ids=str)
def test_every_step_of_a_workflow_has_a_row(workflow: Path) -> None:
    source = yaml.safe_load(workflow.read_text())
    rows = (ROOT / "workflows" / "README.md").read_text()

    missing = [step for routine in source.values() for step in steps(routine["steps"])]

    assert [step for step in missing if f"| `{step}` |" not in rows] == []


def steps(listed: list[dict[str, object]]) -> list[str]:
    """Return the names of the steps that do something outside, or decide."""
    found = []
    for step in listed:
        for name, body in step.items():
            assert isinstance(body, dict)
            if body.keys() & {"call", "switch", "raise", "try"}:
                found.append(name)
            for nested in (body, body.get("try", {}), body.get("except", {})):
                found += steps(nested.get("steps", []))
            found += [s for case in body.get("switch", []) for s in steps(case.get("steps", []))]
    return found


def test_every_make_target_that_a_document_names_exists() -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))

    for document in DOCUMENTS:
        named = set(re.findall(r"`make ([a-z]+)", document.read_text()))
        assert named <= targets, document
