"""The one Dockerfile and the build that uses it."""

import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from localcloud.stack import load_stack
from tests.local_cloud import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text()
BUILD: dict[str, Any] = yaml.safe_load((ROOT / "cloudbuild.yaml").read_text())
SERVICES = [s.name for s in load_stack(ROOT / "localcloud" / "stack.yaml", 9000).services]
DOCKER = """\
#!/usr/bin/env bash
echo "$@" >>"$NOTES"
"""


def test_the_base_is_an_argument_and_both_stages_have_the_same() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)

    assert bases == ["${BASE}", "${BASE}"]
    assert DOCKERFILE.index("ARG BASE=") < DOCKERFILE.index("FROM ")


def test_it_does_not_run_as_root() -> None:
    last = DOCKERFILE.rpartition("FROM ")[2]

    assert int(re.findall(r"^USER (\S+)", last, re.MULTILINE)[-1]) >= 1000
    assert re.search(r'^CMD \["', last, re.MULTILINE)


def test_whatever_is_downloaded_is_held_to_its_hash() -> None:
    installs = re.findall(r"pip install (.+?)(?: \\$|$)", DOCKERFILE, re.MULTILINE)

    assert installs
    assert [i for i in installs if not re.search(r"--require-hashes|--no-index", i)] == []


@pytest.mark.parametrize("service", SERVICES)
def test_what_an_image_is_made_of_is_there_and_not_ignored(service: str) -> None:
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE)
    sources = [one.replace("${PACKAGE}", service) for line in lines for one in line.split()]
    kept = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(), re.MULTILINE)

    for source in sources:
        found = [path.relative_to(ROOT) for path in ROOT.glob(source.rstrip("/"))]
        assert len(found) == 1, source
        assert any(found[0].match(f"{rule}") or found[0].parts[0] == rule for rule in kept)


def test_the_build_makes_the_image_of_every_service_at_once() -> None:
    builds = {s["id"]: s for s in BUILD["steps"] if "build_image" in str(s["args"])}

    assert set(builds) == set(SERVICES)
    for service, step in builds.items():
        assert step["waitFor"] == ["pin"]
        assert str(step["args"][-1]).endswith(f"tools/build_image {service}")


def test_every_substitution_is_declared_and_used() -> None:
    text = (ROOT / "cloudbuild.yaml").read_text().partition("steps:")[2]
    used = set(re.findall(r"\$(_[A-Z]+)", text))

    assert used == BUILD["substitutions"].keys()


def test_an_image_is_built_with_the_layers_of_the_last_one(tmp_path: Path) -> None:
    docker = tmp_path / "docker"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    given = {"REPOSITORY": "r", "TAG": "t", "BASE": "b@sha256:1", "NOTES": str(tmp_path / "notes")}
    path = {"PATH": f"{tmp_path}:{os.environ['PATH']}"}

    subprocess.run(
        [ROOT / "tools" / "build_image", "gallery"], env={**os.environ, **given, **path}, check=True
    )

    first, _, last, pushed = (tmp_path / "notes").read_text().splitlines()
    assert "--target build --cache-from r/gallery:build" in first
    assert "--cache-from r/gallery:t --cache-from r/gallery:build" in last
    assert "BASE=b@sha256:1" in last
    assert "PACKAGE=gallery" in last
    assert pushed == "push r/gallery:t"
