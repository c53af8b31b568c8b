"""Read a deployable's settings from the environment, once, and tell all faults at once."""

from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """The settings of one deployable: a frozen object, a field an environment variable."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class SettingsError(Exception):
    """One or more environment variables are missing or wrong; the message names each."""


S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """Return the settings from the environment.  Raises SettingsError with all faults."""
    try:
        return kind()
    except ValidationError as error:
        faults = [f"  {_variable(e['loc'])}: {e['msg']}" for e in error.errors()]
        raise SettingsError("\n".join(["wrong settings:", *faults])) from error


def _variable(place: tuple[int | str, ...]) -> str:
    return "_".join(str(part) for part in place).upper()
