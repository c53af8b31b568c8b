"""Page tokens and sizes of lists.  https://google.aip.dev/158."""

import base64
import binascii

from localcloud.errors import invalid_argument


def page_size(asked: int, highest: int) -> int:
    """Return how many to list: the highest where none or too many are asked for."""
    if asked < 0:
        raise invalid_argument("page_size cannot be negative.")
    return min(asked or highest, highest)


def token_after(name: str) -> str:
    """Return the token of the page that begins after a name."""
    return base64.urlsafe_b64encode(name.encode()).decode()


def name_before(token: str) -> str:
    """Return the name after which the token's page begins.  Raises RpcError for a foreign token."""
    try:
        return base64.b64decode(token.encode(), b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError) as error:
        raise invalid_argument("The page token is invalid.") from error
