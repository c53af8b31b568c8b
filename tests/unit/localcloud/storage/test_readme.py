from pathlib import Path

import localcloud.storage
from localcloud.storage.routes import ROUTES

README = Path(localcloud.storage.__file__).with_name("README.md").read_text()


def test_the_readme_has_a_row_for_every_method_and_no_other() -> None:
    rows = [line.split("|") for line in README.splitlines() if line.startswith("| JSON ")]
    documented = {row[2].strip(" `") for row in rows}

    assert documented == {route.operation for route in ROUTES}
