"""The function ``describe`` as functions-framework finds it.

Settings are read when the process begins to serve, not at import: ``python -m metadata``
does so before it listens, functions-framework by itself with the first request.
"""

import functions_framework
from flask import Request, Response

from metadata.composition import app


@functions_framework.http
def describe(request: Request) -> Response:
    """Describe one picture and decide its verdict."""
    return app()(request)
