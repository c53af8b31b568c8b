from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from localcloud.run.service import ServiceSpec
from tests.contract.run.door import Door, example_spec

OpenDoor = Callable[..., Door]


@pytest.fixture
def open_door(tmp_path: Path) -> Iterator[OpenDoor]:
    doors: list[Door] = []

    def make(spec: ServiceSpec, **limits: float) -> Door:
        doors.append(Door(spec, tmp_path, **limits).start())
        return doors[-1]

    yield make
    for door in doors:
        door.stop()


@pytest.fixture(scope="module")
def door(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """A public service, shared by the tests of a module that leave it as it was."""
    shared = Door(example_spec(), tmp_path_factory.mktemp("door")).start().up()
    yield shared
    shared.stop()
