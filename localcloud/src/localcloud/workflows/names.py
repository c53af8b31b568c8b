"""The names of workflows and executions, and the pages of their lists.

https://cloud.google.com/workflows/docs/reference/rest/v1/projects.locations.workflows
"""

import re
from collections.abc import Sequence
from typing import TypeVar

from localcloud.errors import invalid_argument

LOCATION = re.compile(r"projects/[^/]+/locations/[^/]+")
WORKFLOW = re.compile(LOCATION.pattern + r"/workflows/[^/]+")
WORKFLOW_ID = re.compile(r"[a-zA-Z](?:[a-zA-Z0-9_-]{0,62}[a-zA-Z0-9])?")
PROJECT_NUMBER = "123456789012"

T = TypeVar("T")


def check_location(parent: str) -> None:
    """Raise INVALID_ARGUMENT unless ``parent`` is ``projects/P/locations/L``."""
    if not LOCATION.fullmatch(parent):
        raise invalid_argument(
            f"parent must have the form projects/PROJECT/locations/LOCATION, got {parent!r}"
        )


def check_workflow_id(workflow_id: str) -> None:
    """Raise INVALID_ARGUMENT unless the id keeps the rules for ids of workflows."""
    if not WORKFLOW_ID.fullmatch(workflow_id):
        raise invalid_argument(
            "workflow_id must have 1-64 letters, digits, underscores and hyphens, "
            f"start with a letter and end with a letter or a digit, got {workflow_id!r}"
        )


def page(items: Sequence[T], size: int, token: str, largest: int) -> tuple[Sequence[T], str]:
    """Return one page of the items and the token of the next, empty at the end."""
    if size < 0 or (token and not token.isdigit()):
        raise invalid_argument("page_size or page_token is invalid")
    begin = int(token or 0)
    end = begin + (min(size, largest) or largest)
    return items[begin:end], str(end) if end < len(items) else ""
