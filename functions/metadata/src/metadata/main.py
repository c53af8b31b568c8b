"""The function ``metadata`` as functions-framework finds it: one address, two paths.

Settings are read when the process begins to serve, not at import: ``python -m metadata``
does so before it listens, functions-framework by itself with the first request.
"""

import functions_framework
from flask import Request, Response

from metadata.composition import app


@functions_framework.http
def metadata(request: Request) -> Response:
    """Inspect one picture, or describe it and decide its verdict."""
    return app()(request)
