"""What a check found, and what to do about it."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from google.api_core.exceptions import GoogleAPICallError, RetryError
from google.auth.exceptions import GoogleAuthError
from requests.exceptions import RequestException

TROUBLE: Final = (GoogleAPICallError, GoogleAuthError, RetryError, RequestException)


class Status(StrEnum):
    PROVEN = "ok"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the result; ``way_out`` is told where it is not proven."""

    name: str
    status: Status
    detail: str
    way_out: str = ""


class CheckError(Exception):
    """A check failed; the message is what was found."""


def check(name: str, act: Callable[[], str], way_out: str) -> Finding:
    """Return what came of a check; ``act`` returns the proof, or raises."""
    try:
        return Finding(name, Status.PROVEN, act())
    except CheckError as error:
        return Finding(name, Status.FAILED, str(error), way_out)
    except TROUBLE as error:
        return Finding(name, Status.FAILED, told(error), way_out)


def told(error: Exception) -> str:
    """Return an error of Google's clients in a line."""
    text = getattr(error, "message", "") or str(error) or type(error).__name__
    return " ".join(str(text).split())[:300]
