from pathlib import Path

import localcloud.firestore
from localcloud.clock import Clock
from localcloud.firestore.api import service
from localcloud.firestore.store import Store

APIS = {"Firestore v1", "emulator"}
README = Path(localcloud.firestore.__file__).with_name("README.md").read_text()


def test_the_readme_has_a_row_for_every_method_and_no_other(tmp_path: Path) -> None:
    store = Store(tmp_path / "firestore.db", Clock())
    served = {method.name.rpartition("/")[2] for method in service(store).methods}
    store.close()

    rows = [line.split("|") for line in README.splitlines() if line.startswith("|")]
    documented = {row[2].strip(" `") for row in rows if row[1].strip() in APIS}
    assert documented == served
