"""How the thumbnailer starts, and how it says why it cannot."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = [sys.executable, "-m", "thumbnailer"]


def started(**variables: str) -> subprocess.Popen[str]:
    """Start the service on a free port; nothing of Google is asked before the first task."""
    told = {
        "VARIANTS_BUCKET": "v",
        "PORT": "0",
        "GOOGLE_CLOUD_PROJECT": "p",
        "RENDER_CHILDREN": "1",
    }
    told |= {
        "STORAGE_EMULATOR_HOST": "http://127.0.0.1:9",
        "FIRESTORE_EMULATOR_HOST": "127.0.0.1:9",
    }
    return subprocess.Popen(
        COMMAND,
        env=os.environ | told | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def test_all_faults_of_the_recipes_end_the_service(tmp_path: Path) -> None:
    recipes = tmp_path / "recipes.yaml"
    recipes.write_text("default: {wide: {width: 0, height: 10}, odd: {width: 1, hight: 1}}")
    with started(RECIPES_FILE=str(recipes)) as service:
        _, told = service.communicate(timeout=30)

    assert service.returncode == 1
    assert "default.wide: width and height are 1 to 8192" in told
    assert "default.odd.hight: " in told


def test_all_faults_of_the_settings_end_the_service() -> None:
    with started(PORT="many", RENDER_CHILDREN="0") as service:
        _, told = service.communicate(timeout=30)

    assert service.returncode == 1
    assert "PORT" in told
    assert "RENDER_CHILDREN" in told


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGINT])
def test_a_ready_service_stops_without_a_failure(kind: signal.Signals) -> None:
    with started() as service:
        assert service.stdout
        lines = iter(service.stdout.readline, "")
        assert any("service_ready" in line for line in lines)
        service.send_signal(kind)
        rest, told = service.communicate(timeout=30)

    assert service.returncode == 0
    assert "service_stopped" in rest
    assert told == ""
