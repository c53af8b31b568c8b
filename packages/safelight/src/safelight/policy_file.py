"""Policies of one's own, from a JSON file.

``{"policies": [{"name": "strict-v2", "refuseFrom": {"adult": "POSSIBLE"},
"paths": [{"prefix": "press/", "refuseFrom": {"violence": "VERY_LIKELY"}}]}]}``
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from safelight.policy import POLICIES, PathRule, Policy
from safelight.vision import Category, Likelihood

_Name = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,62}$")]
# UNKNOWN is no threshold: what is not known is refused in any case.
_Threshold = Annotated[
    str, StringConstraints(pattern="^(VERY_UNLIKELY|UNLIKELY|POSSIBLE|LIKELY|VERY_LIKELY)$")
]
_Thresholds = Annotated[dict[Category, _Threshold], Field(min_length=1)]


class PolicyFileError(Exception):
    """The file of policies cannot be read; the message names every fault."""


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel)


class _Path(_Part):
    prefix: str = Field(min_length=1)
    refuse_from: _Thresholds


class _Policy(_Part):
    name: _Name
    refuse_from: _Thresholds
    paths: tuple[_Path, ...] = ()


class _File(_Part):
    policies: tuple[_Policy, ...]


def load_policies(path: Path | None) -> Mapping[str, Policy]:
    """Return the built-in policies and those of the file.

    Raises PolicyFileError, also for a name that is taken: records name their policy.
    """
    if path is None:
        return POLICIES
    try:
        told = _File.model_validate_json(path.read_bytes()).policies
    except OSError as error:
        raise PolicyFileError(f"{path}: {error.strerror}") from error
    except ValidationError as error:
        faults = [f"  {'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
        raise PolicyFileError("\n".join([f"{path} is wrong:", *faults])) from error
    names = [*POLICIES, *(policy.name for policy in told)]
    if taken := sorted({name for name in names if names.count(name) > 1}):
        raise PolicyFileError(f"{path}: names that are taken: {', '.join(taken)}")
    return {**POLICIES, **{policy.name: _policy(policy) for policy in told}}


def _policy(told: _Policy) -> Policy:
    paths = tuple(PathRule(path.prefix, _thresholds(path.refuse_from)) for path in told.paths)
    return Policy(told.name, _thresholds(told.refuse_from), paths)


def _thresholds(told: dict[Category, str]) -> Mapping[Category, Likelihood]:
    return {category: Likelihood(threshold) for category, threshold in told.items()}
