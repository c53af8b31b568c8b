from collections.abc import Iterator
from contextlib import ExitStack
from itertools import count
from pathlib import Path

import httpx
import pytest
from google.cloud import firestore
from tests.contract.firestore.backends import (
    LOCALCLOUD,
    Backend,
    available,
    emulator_jar,
    run_google_emulator,
    run_localcloud,
)

_projects = count(1)


@pytest.fixture(scope="session", params=available())
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    folder = tmp_path_factory.mktemp("firestore")
    with ExitStack() as stack:
        if request.param == LOCALCLOUD:
            yield stack.enter_context(run_localcloud(folder / "firestore.db"))
        else:
            yield stack.enter_context(run_google_emulator(folder / "emulator.log"))


@pytest.fixture(scope="session")
def own_backend(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backend]:
    with run_localcloud(tmp_path_factory.mktemp("firestore") / "firestore.db") as backend:
        yield backend


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
