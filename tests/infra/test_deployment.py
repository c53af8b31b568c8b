"""tools/deployment brings everything up and down again, with a gcloud that only takes notes."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.infra.terraform import OF_OPERATORS, PROJECT, ROOT

DIGEST = "sha256:" + "7" * 64
GCLOUD = f"""\
#!/usr/bin/env bash
printf '%s ' "$@" | tr '\\n' ' ' >>"$NOTES"
echo >>"$NOTES"
case "$*" in
    "artifacts docker images describe"*) [ ! -e "$NOTES.built" ] || echo {DIGEST} ;;
    "builds submit"*) touch "$NOTES.built" ;;
    "storage buckets describe"*) exit 1 ;;
esac
"""


@dataclass(frozen=True)
class Operator:
    """Somebody at a checkout, with Terraform and a gcloud."""

    folder: Path
    environment: Mapping[str, str]

    def deployment(self, command: str, **variables: str) -> str:
        done = subprocess.run(
            ["tools/deployment", command, PROJECT, "europe-west1"],
            cwd=self.folder,
            env={**os.environ, **self.environment, **variables},
            capture_output=True,
            text=True,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        if done.returncode:
            raise AssertionError(done.stdout + done.stderr)
        return done.stdout

    def notes(self, about: str) -> list[str]:
        notes = self.folder / "notes"
        lines = notes.read_text().splitlines() if notes.exists() else []
        return [line.strip() for line in lines if line.startswith(about)]


@pytest.fixture
def operator(tmp_path: Path, environment: Mapping[str, str]) -> Operator:
    for name in ("infra", "workflows", "tools"):
        ignored = shutil.ignore_patterns(*OF_OPERATORS)
        shutil.copytree(ROOT / name, tmp_path / name, ignore=ignored)
    gcloud = tmp_path / "bin" / "gcloud"
    gcloud.parent.mkdir()
    gcloud.write_text(GCLOUD)
    gcloud.chmod(0o755)
    given = {
        "PATH": f"{gcloud.parent}:{os.environ['PATH']}",
        "NOTES": str(tmp_path / "notes"),
        "TAG": "v1",
        "STATE": "local",
    }
    return Operator(tmp_path, environment | given)


def test_one_command_builds_and_applies_and_another_takes_it_down(operator: Operator) -> None:
    told = operator.deployment("up", YES="1", BASE="python@sha256:1")

    assert "gallery_url" in told
    submitted = operator.notes("builds submit")
    assert len(submitted) == 1
    assert "_TAG=v1,_BASE=python@sha256:1" in submitted[0]
    assert f"_REPOSITORY=europe-west1-docker.pkg.dev/{PROJECT}/safelight" in submitted[0]
    dead = operator.notes("pubsub subscriptions update")
    assert len(dead) == 1
    assert "--max-delivery-attempts 100" in dead[0]
    deployed = (operator.folder / "infra" / "terraform" / "terraform.tfstate").read_text()
    assert f"safelight/thumbnailer@{DIGEST}" in deployed

    again = operator.deployment("up")

    assert "All images of v1 exist." in again
    assert again.count("No changes.") == 2
    assert len(operator.notes("builds submit")) == 1

    operator.deployment("down", YES="1")

    for root in ("bootstrap", "terraform"):
        state = (operator.folder / "infra" / root / "terraform.tfstate").read_text()
        assert '"resources": []' in state


def test_nothing_is_applied_unless_somebody_agrees(operator: Operator) -> None:
    with pytest.raises(AssertionError) as raised:
        operator.deployment("up")

    assert "will be created" in str(raised.value)
    assert "Nothing was changed." in str(raised.value)
    assert not (operator.folder / "infra" / "bootstrap" / "terraform.tfstate").exists()
    assert operator.notes("builds") == []
