"""docs/deploy.md says what the configuration says."""

import re
from pathlib import Path
from typing import Any

from localcloud.stack import load_stack
from tests.infra.state import resources
from tests.infra.terraform import ROOT, Terraform

GUIDE = (ROOT / "docs" / "deploy.md").read_text()


def test_the_example_of_settings_can_be_planned(draft: Terraform) -> None:
    example = re.findall(r"```hcl\n(.+?)```", GUIDE, re.DOTALL)[0]
    file = Path(draft.folder / "example.tfvars")
    file.write_text(example)

    planned = draft.run("plan", "-no-color", "-input=false", f"-var-file={file}")

    assert "0 to change" in planned
    assert "cms.example.com" in planned
    assert "Warning" not in planned


def test_every_alert_is_in_its_table(built: dict[str, Any]) -> None:
    told = GUIDE.partition("| alert | when |")[2].partition("\n\n")[0]
    names = {
        r.values["display_name"].removeprefix("Safelight: ")
        for r in resources(built, "google_monitoring_alert_policy")
    }

    assert set(re.findall(r"[A-Z]\w+ \w+(?: \w+)?(?=,| \|)", told)) == names


def test_every_setting_of_the_script_is_told_by_it() -> None:
    script = (ROOT / "tools" / "deployment").read_text()
    told = set(re.findall(r"^#   ([A-Z]+)=", script, re.MULTILINE))

    assert set(re.findall(r"\$\{([A-Z]+):", script)) == told


def test_every_file_has_a_place_in_the_overview() -> None:
    overview = (ROOT / "infra" / "README.md").read_text()
    tables = {"outputs.tf", "terraform.tf", "variables.tf"}
    files = {file.name for file in (ROOT / "infra" / "terraform").glob("*.tf")} - tables

    assert [name for name in sorted(files) if f"{name}`" not in overview] == []


def test_the_script_builds_every_service() -> None:
    script = (ROOT / "tools" / "deployment").read_text()
    stack = load_stack(ROOT / "localcloud" / "stack.yaml", 9000)

    named = re.findall(r'^services="(.+)"$', script, re.MULTILINE)[0].split()

    assert named == sorted(service.name for service in stack.services)
