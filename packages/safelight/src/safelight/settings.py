"""Read a deployable's settings from the environment, once, and tell all faults at once."""

import os
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError


class Settings(BaseModel):
    """The settings of one deployable: a frozen object, a field an environment variable."""

    model_config = ConfigDict(frozen=True, validate_default=True, hide_input_in_errors=True)


class SettingsError(Exception):
    """One or more environment variables are missing or wrong; the message names each."""


S = TypeVar("S", bound=Settings)


def load(kind: type[S]) -> S:
    """Return the settings from the environment.  Raises SettingsError with all faults."""
    variables = {name: os.environ.get(name.upper()) for name in kind.model_fields}
    told = {name: value for name, value in variables.items() if value is not None}
    try:
        return kind.model_validate(told)
    except ValidationError as error:
        faults = [f"  {_variable(e['loc'])}: {e['msg']}" for e in error.errors()]
        raise SettingsError("\n".join(["wrong settings:", *faults])) from error


def _variable(place: tuple[int | str, ...]) -> str:
    return "_".join(str(part) for part in place).upper()
