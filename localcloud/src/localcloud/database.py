"""Open an API's SQLite file.

WAL with ``synchronous=NORMAL``: a commit survives a kill of the process; only a
power cut can lose the last ones, never corrupt the file.
https://www.sqlite.org/pragma.html#pragma_synchronous
"""

import sqlite3
from pathlib import Path

from localcloud.errors import StartError


def open_database(path: Path, schema: str) -> sqlite3.Connection:
    """Return a connection in autocommit mode with the schema in place.

    ``schema`` must be idempotent (``CREATE TABLE IF NOT EXISTS …``).
    Raises StartError where the file is not a database of ours.
    """
    try:
        database = sqlite3.connect(path, isolation_level=None)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=NORMAL")
        database.executescript(schema)
    except sqlite3.DatabaseError as error:
        raise StartError(
            f"{path} cannot be used ({error}). "
            "Move the data folder away to start empty, or name another one with --data."
        ) from error
    return database
