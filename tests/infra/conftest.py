"""Terraform for these tests; where it is missing, the summary says what was not tested."""

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.infra import terraform
from tests.infra.terraform import Terraform

_LEFT_OUT = pytest.StashKey[int]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out, not skip silently, what cannot run without Terraform."""
    if terraform.is_installed():
        return
    left_out = [item for item in items if _needs_terraform(item)]
    config.stash[_LEFT_OUT] = len(left_out)
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if item not in left_out]


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    if left_out := config.stash.get(_LEFT_OUT, 0):
        terminalreporter.write_line(f"{terraform.MISSING} by {left_out} tests", yellow=True)


def _needs_terraform(item: pytest.Item) -> bool:
    in_folder = item.path.is_relative_to(Path(__file__).parent)
    return in_folder and "environment" in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, str]]:
    with terraform.terraform_environment(tmp_path_factory.mktemp("terraform")) as variables:
        yield variables


@pytest.fixture(scope="session")
def bootstrap(
    environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Terraform:
    """Return the initialised root of what comes first."""
    return terraform.copied("infra/bootstrap", tmp_path_factory.mktemp("bootstrap"), environment)


@pytest.fixture(scope="session")
def application(
    environment: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory
) -> Terraform:
    """Return the initialised root of the application."""
    return terraform.copied("infra/terraform", tmp_path_factory.mktemp("application"), environment)


@pytest.fixture(scope="session")
def bootstrapped(bootstrap: Terraform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the state after bootstrap was applied."""
    return _another(bootstrap, tmp_path_factory.mktemp("bootstrapped")).apply()


@pytest.fixture(scope="session")
def built(application: Terraform, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """Return the state after the application was applied with what is default."""
    return _another(application, tmp_path_factory.mktemp("built")).apply()


@pytest.fixture
def draft(application: Terraform, tmp_path: Path) -> Terraform:
    """Return a copy of the application's root that a test may spoil."""
    return _another(application, tmp_path)


def _another(terraform: Terraform, target: Path) -> Terraform:
    """Return a copy of the repository's part that a root lies in, initialised as it is."""
    repository = terraform.folder.parents[1]
    shutil.copytree(repository, target, dirs_exist_ok=True)
    folder = target / terraform.folder.relative_to(repository)
    return Terraform(folder, terraform.variables, terraform.environment)
