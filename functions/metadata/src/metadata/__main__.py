"""Serve the function on ``$PORT`` with functions-framework, as Cloud Run does."""

import os
import sys

import functions_framework
from functions_framework._http import create_server

from metadata import composition, main
from metadata.settings import MetadataSettings
from safelight.settings import SettingsError, load


def serve() -> None:
    """Serve until the process is told to end; exit at once with all faults of the settings."""
    try:
        load(MetadataSettings)
    except SettingsError as error:
        sys.exit(str(error))
    # The framework is typed but for these two.
    application = functions_framework.create_app("metadata", main.__file__)  # type: ignore[no-untyped-call]
    server = create_server(application, debug=False, post_worker_init=_warm_up)  # type: ignore[no-untyped-call]
    server.run("0.0.0.0", int(os.environ.get("PORT", "8080")))


def _warm_up(_worker: object) -> None:
    """Build the function in the process that serves, so that no picture waits for it."""
    composition.app()


if __name__ == "__main__":
    serve()
