from pathlib import Path

import pytest

from localcloud.database import open_database
from localcloud.storage.tables import SCHEMA, transaction


def test_a_transaction_that_fails_leaves_nothing(tmp_path: Path) -> None:
    database = open_database(tmp_path / "storage.db", SCHEMA)
    insert = "INSERT INTO notification (bucket, config) VALUES ('b', '{}')"

    def fail() -> None:
        with transaction(database):
            database.execute(insert)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with transaction(database):
        database.execute(insert)

    assert database.execute("SELECT count(*) FROM notification").fetchone() == (1,)
    database.close()
