"""Run Terraform on copies of the configuration, with the stand-in for Google's provider."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from tests.infra.standin.invented import PROJECT
from tests.infra.standin.server import serving

ROOT: Final = Path(__file__).parents[2]
ROOTS: Final = ("infra/bootstrap", "infra/terraform")
COPIED: Final = ("infra", "workflows")
# What a deployment from this folder leaves behind.
OF_OPERATORS: Final = (".terraform*", "*.tfstate*", "*.auto.tfvars*", "backend.tf", "plan")
MISSING: Final = "terraform is not installed: infra/ was not checked"
_DIGEST: Final = "0" * 64
VARIABLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "infra/bootstrap": {"project": PROJECT, "region": "europe-west1"},
    "infra/terraform": {
        "project": PROJECT,
        "region": "europe-west1",
        "images": {
            service: f"europe-west1-docker.pkg.dev/{PROJECT}/safelight/{service}@sha256:{_DIGEST}"
            for service in ("gallery", "metadata", "thumbnailer")
        },
    },
}


class TerraformError(Exception):
    """Terraform refused; the message is its output."""


@dataclass(frozen=True, slots=True)
class Terraform:
    """Terraform in one root of a copy."""

    folder: Path
    variables: Mapping[str, Any]
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> str:
        """Return what it prints.  Raises TerraformError."""
        done = subprocess.run(
            ["terraform", *arguments],
            cwd=self.folder,
            env={**os.environ, **self.environment},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise TerraformError(done.stdout + done.stderr)
        return done.stdout

    def init(self) -> None:
        (self.folder / "given.auto.tfvars.json").write_text(json.dumps(self.variables))
        self.run("init", "-backend=false", "-input=false", "-no-color")

    def validate(self) -> None:
        self.run("validate", "-no-color")

    def plan(self, **variables: Any) -> dict[str, Any]:
        """Return the plan as JSON; variables replace those given."""
        given = [f"-var={name}={json.dumps(value)}" for name, value in variables.items()]
        self.run("plan", "-input=false", "-no-color", "-refresh=false", "-out=plan", *given)
        planned: dict[str, Any] = json.loads(self.run("show", "-json", "plan"))
        return planned

    def apply(self, **variables: Any) -> dict[str, Any]:
        """Return the state as JSON after everything has been created."""
        self.plan(**variables)
        self.run("apply", "-input=false", "-no-color", "plan")
        state: dict[str, Any] = json.loads(self.run("show", "-json"))["values"]
        return state


@contextmanager
def terraform_environment(cache: Path) -> Iterator[dict[str, str]]:
    """Serve the stand-in for the time of the block; gives Terraform's environment."""
    empty = cache / "terraformrc"
    empty.touch()
    with serving() as attachment:
        yield attachment | {
            "CHECKPOINT_DISABLE": "1",
            "TF_IN_AUTOMATION": "1",
            "TF_CLI_CONFIG_FILE": str(empty),
        }


def copied(root: str, target: Path, environment: Mapping[str, str]) -> Terraform:
    """Return an initialised copy of a root and of what it refers to."""
    for name in COPIED:
        shutil.copytree(ROOT / name, target / name, ignore=shutil.ignore_patterns(*OF_OPERATORS))
    terraform = Terraform(target / root, VARIABLES[root], environment)
    terraform.init()
    return terraform


def is_installed() -> bool:
    return shutil.which("terraform") is not None
