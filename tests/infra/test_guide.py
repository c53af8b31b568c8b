"""docs/deploy.md says what the configuration says."""

import re
from pathlib import Path
from typing import Any

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
