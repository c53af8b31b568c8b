"""The tables of ``storage.db``, and transactions on them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

SCHEMA = """
CREATE TABLE IF NOT EXISTS bucket (
    name TEXT PRIMARY KEY, metageneration INTEGER NOT NULL, created TEXT NOT NULL,
    updated TEXT NOT NULL, properties TEXT NOT NULL, policy TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS object (
    bucket TEXT NOT NULL, name TEXT NOT NULL, generation INTEGER NOT NULL,
    metageneration INTEGER NOT NULL, blob TEXT NOT NULL, size INTEGER NOT NULL,
    crc32c TEXT NOT NULL, md5 TEXT, components INTEGER, created TEXT NOT NULL,
    updated TEXT NOT NULL, deleted TEXT, properties TEXT NOT NULL,
    PRIMARY KEY (bucket, name, generation)
) WITHOUT ROWID;
CREATE UNIQUE INDEX IF NOT EXISTS live ON object (bucket, name) WHERE deleted IS NULL;
CREATE INDEX IF NOT EXISTS object_blob ON object (blob);
CREATE TABLE IF NOT EXISTS upload (
    id TEXT PRIMARY KEY, created REAL NOT NULL, draft TEXT NOT NULL, total INTEGER,
    generation INTEGER, origin TEXT
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS notification (
    id INTEGER PRIMARY KEY AUTOINCREMENT, bucket TEXT NOT NULL, config TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS event (
    id INTEGER PRIMARY KEY AUTOINCREMENT, type TEXT NOT NULL, time TEXT NOT NULL,
    bucket TEXT NOT NULL, payload TEXT NOT NULL
);
"""


@contextmanager
def transaction(database: sqlite3.Connection) -> Iterator[None]:
    """Commit what happens inside, all or nothing."""
    database.execute("BEGIN IMMEDIATE")
    try:
        yield
    except BaseException:
        database.execute("ROLLBACK")
        raise
    database.execute("COMMIT")
