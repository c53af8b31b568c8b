"""Headers that are not the caller's to set.

https://cloud.google.com/tasks/docs/reference/rest/v2/HttpRequest
"""

USER_AGENT = "Google-Cloud-Tasks"
IGNORED_HEADERS = frozenset({"host", "content-length", "user-agent"})
IGNORED_PREFIXES = ("x-google-", "x-appengine-", "x-cloudtasks-")


def is_ignored(header: str) -> bool:
    """Say whether a header is not the caller's to set."""
    name = header.lower()
    return name in IGNORED_HEADERS or name.startswith(IGNORED_PREFIXES)
