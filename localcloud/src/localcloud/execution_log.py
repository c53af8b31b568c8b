"""Where executions of workflows write: a file of JSON lines, apart from localcloud's own log."""

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

MAX_BYTES = 10_000_000


def execution_log(folder: Path) -> logging.Logger:
    """Return a logger to ``workflows.log`` in the folder; one file before it is kept."""
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(
        folder / "workflows.log", maxBytes=MAX_BYTES, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(message)s"))
    logger = logging.getLogger("localcloud.executions")
    logger.handlers = [handler]
    logger.propagate = False
    return logger
