"""``connector_params``: how one call of a connector waits and authenticates.

https://cloud.google.com/workflows/docs/reference/googleapis#invoke_a_connector_call
"""

from collections.abc import Mapping
from dataclasses import dataclass

from localcloud.workflows.effects import Auth, Value
from localcloud.workflows.failures import type_error, value_error
from localcloud.workflows.http_messages import scopes_of
from localcloud.workflows.values import type_name

DEFAULT_TIMEOUT_S = 1800.0
MAX_TIMEOUT_S = 31_536_000.0
MAX_REQUEST_TIMEOUT_S = 1800.0
CLOUD_PLATFORM = "https://www.googleapis.com/auth/cloud-platform"

_KNOWN = frozenset({"timeout", "polling_policy", "skip_polling", "scopes"})


@dataclass(frozen=True, slots=True)
class Params:
    """The parameters of a call, with the documented defaults."""

    timeout_s: float = DEFAULT_TIMEOUT_S
    initial_delay_s: float = 1.0
    max_delay_s: float = 60.0
    multiplier: float = 1.25
    skip_polling: bool = False
    scopes: tuple[str, ...] = (CLOUD_PLATFORM,)

    @property
    def auth(self) -> Auth:
        return Auth("OAuth2", scopes=self.scopes)

    @property
    def request_timeout_s(self) -> float:
        return min(self.timeout_s, MAX_REQUEST_TIMEOUT_S)


def read_params(given: Value) -> Params:
    """Return the parameters.  Raises TypeError and ValueError as documented."""
    if given is None:
        return Params()
    if not isinstance(given, dict):
        raise type_error(f"connector_params must be a map; got: {type_name(given)}")
    if unknown := set(given) - _KNOWN:
        raise value_error(f"connector_params has no parameter '{min(unknown)}'")
    policy = given.get("polling_policy") or {}
    if not isinstance(policy, dict):
        raise type_error(f"polling_policy must be a map; got: {type_name(policy)}")
    scopes = scopes_of(given.get("scopes")) or (CLOUD_PLATFORM,)
    return Params(
        timeout_s=min(_number(given, "timeout", DEFAULT_TIMEOUT_S), MAX_TIMEOUT_S),
        initial_delay_s=_number(policy, "initial_delay", 1.0),
        max_delay_s=_number(policy, "max_delay", 60.0),
        multiplier=_number(policy, "multiplier", 1.25),
        skip_polling=_switch(given.get("skip_polling")),
        scopes=scopes,
    )


def _number(given: Mapping[str, Value], name: str, default: float) -> float:
    value = given.get(name)
    if value is None:
        return default
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise type_error(f"{name} must be a number; got: {type_name(value)}")
    if value < 0:
        raise value_error(f"{name} must not be negative; got: {value}")
    return float(value)


def _switch(value: Value) -> bool:
    if value is None or isinstance(value, bool):
        return bool(value)
    raise type_error(f"skip_polling must be a boolean; got: {type_name(value)}")
