"""Tokens of a key made at the first need, for processes that keep no data folder."""

import tempfile
from functools import cached_property
from pathlib import Path

from localcloud.clock import Clock
from localcloud.identity.keys import load_keys
from localcloud.identity.tokens import Identity


class OwnTokens:
    """Issues tokens that nobody but this process can check."""

    def id_token(self, email: str, audience: str) -> str:
        return self._identity.id_token(email, audience)

    def access_token(self, email: str, scope: str) -> str:
        return self._identity.access_token(email, scope)

    @cached_property
    def _identity(self) -> Identity:
        with tempfile.TemporaryDirectory() as folder:
            return Identity(load_keys(Path(folder)), Clock())
