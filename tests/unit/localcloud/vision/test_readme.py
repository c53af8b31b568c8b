from importlib import resources

import pytest

from localcloud.vision.annotate import FILLERS
from localcloud.vision.features import NAMES

README = resources.files("localcloud.vision").joinpath("README.md").read_text("utf-8")
ROWS = [line for line in README.splitlines() if line.startswith("| `")]


@pytest.mark.parametrize("feature", NAMES.values())
def test_the_readme_says_of_each_feature_whether_there_is_a_model(feature: str) -> None:
    (row,) = [row for row in ROWS if f"`{feature}`" in row.split("|")[1]]

    assert ("| none |" in row) == (feature not in FILLERS)
