"""What a service is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# https://cloud.google.com/run/docs/configuring/request-timeout
DEFAULT_TIMEOUT_S = 300.0
# https://cloud.google.com/run/docs/about-concurrency
DEFAULT_CONCURRENCY = 80


@dataclass(frozen=True, slots=True)
class ServiceSpec:
    """A service: the command that serves it, and who may call it how.

    ``port`` is the ingress's; the process is told another one.  Without ``public``
    a caller needs an ID token for the service's URL or one of ``audiences``, of one
    of ``invokers`` where those are named.  More requests than ``concurrency`` wait.
    """

    name: str
    command: tuple[str, ...]
    port: int
    env: Mapping[str, str] = field(default_factory=dict)
    public: bool = False
    audiences: tuple[str, ...] = ()
    invokers: frozenset[str] | None = None
    timeout_s: float = DEFAULT_TIMEOUT_S
    concurrency: int = DEFAULT_CONCURRENCY
    folder: Path | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def process_env(self, port: int) -> dict[str, str]:
        """Return the variables that Cloud Run sets, over those of the service.

        https://cloud.google.com/run/docs/container-contract#env-vars
        """
        return {
            **self.env,
            "PORT": str(port),
            "K_SERVICE": self.name,
            "K_REVISION": f"{self.name}-00001-loc",
            "K_CONFIGURATION": self.name,
        }
