"""The local cloud for contract tests: APIs only, one for the whole run."""

from collections.abc import Iterator

import pytest

from tests.local_cloud import LocalCloud, apply_environment


@pytest.fixture(scope="session")
def local_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    """Provide the APIs without a stack; the clients' variables point at it."""
    with LocalCloud(tmp_path_factory.mktemp("cloud")) as cloud:
        cloud.start("--cold")
        apply_environment(cloud.environment())
        yield cloud
        assert cloud.stop() == 0, cloud.log_tail()
