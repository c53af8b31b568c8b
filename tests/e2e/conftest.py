"""The whole stack, one for the whole run."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.pipeline import Pipeline
from tests.local_cloud import ROOT, LocalCloud, apply_environment


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    folder = tmp_path_factory.mktemp("stack")
    with LocalCloud(folder, ROOT / "localcloud" / "stack.yaml", services=3) as cloud:
        cloud.start()
        yield cloud
        apply_environment(cloud.environment())
        with closing(Pipeline(cloud)) as pipeline:
            assert pipeline.unapproved_variants() == []
        assert cloud.stop() == 0, cloud.log_tail()


@pytest.fixture
def pipeline(stack: LocalCloud) -> Iterator[Pipeline]:
    apply_environment(stack.environment())
    with closing(Pipeline(stack)) as pipeline:
        yield pipeline
