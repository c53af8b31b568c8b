from collections.abc import Iterator
from itertools import count
from pathlib import Path

import httpx
import pytest
from google.cloud import firestore

from tests.contract.firestore.backends import (
    HOST,
    LOCALCLOUD,
    Backend,
    available,
    emulator_jar,
    run_google_emulator,
)
from tests.local_cloud import LocalCloud

_projects = count(1)


@pytest.fixture(scope="session")
def own_backend(local_cloud: LocalCloud) -> Backend:
    return Backend(LOCALCLOUD, f"{HOST}:{local_cloud.port}")


@pytest.fixture(scope="session")
def google_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with run_google_emulator(tmp_path_factory.mktemp("firestore") / "emulator.log") as backend:
        yield backend


@pytest.fixture(scope="session", params=available())
def backend(request: pytest.FixtureRequest) -> Backend:
    fixture = "own_backend" if request.param == LOCALCLOUD else "google_backend"
    running: Backend = request.getfixturevalue(fixture)
    return running


@pytest.fixture
def project() -> str:
    """A project of the test's own, so that tests see nothing of each other."""
    return f"project-{next(_projects)}"


@pytest.fixture
def client(
    backend: Backend, project: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[firestore.Client]:
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", backend.address)
    client = firestore.Client(project=project)
    yield client
    client.close()


@pytest.fixture
def own_client(
    own_backend: Backend, project: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[firestore.Client]:
    """A client of localcloud only, for what Google's emulator does otherwise."""
    monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", own_backend.address)
    client = firestore.Client(project=project)
    yield client
    client.close()


@pytest.fixture
def rest(backend: Backend, project: str) -> Iterator[httpx.Client]:
    """REST, relative to the documents of the default database."""
    with httpx.Client(
        base_url=f"http://{backend.address}/v1/projects/{project}/databases/(default)",
        headers={"Authorization": "Bearer owner", "Content-Type": "application/json"},
        trust_env=False,
    ) as client:
        yield client


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    jar: Path | None = emulator_jar()
    if jar is None:
        said = "NOT compared with Google's emulator: java or gcloud's firestore emulator is missing"
    else:
        said = f"compared with Google's emulator, {jar}"
    terminalreporter.write_line(f"Firestore contract tests: {said}")
