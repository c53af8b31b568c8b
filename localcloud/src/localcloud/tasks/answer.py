"""What became of an attempt, and what the API tells about it."""

from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import grpc
from google.rpc import status_pb2

_CODES = {
    400: grpc.StatusCode.INVALID_ARGUMENT,
    401: grpc.StatusCode.UNAUTHENTICATED,
    403: grpc.StatusCode.PERMISSION_DENIED,
    404: grpc.StatusCode.NOT_FOUND,
    409: grpc.StatusCode.ABORTED,
    429: grpc.StatusCode.RESOURCE_EXHAUSTED,
    499: grpc.StatusCode.CANCELLED,
    500: grpc.StatusCode.INTERNAL,
    501: grpc.StatusCode.UNIMPLEMENTED,
    503: grpc.StatusCode.UNAVAILABLE,
    504: grpc.StatusCode.DEADLINE_EXCEEDED,
}
TIMED_OUT = 504


@dataclass(frozen=True, slots=True)
class Answer:
    """The worker's answer.

    Where none came ``reason`` says why, and ``status`` is None, or ``TIMED_OUT`` past
    the deadline.
    """

    status: int | None
    reason: str = ""
    retry_after_s: float = 0.0

    @property
    def succeeded(self) -> bool:
        return self.status is not None and 200 <= self.status < 300  # noqa: PLR2004 -- 2xx

    @property
    def came(self) -> bool:
        return not self.reason

    @property
    def counts_as_execution(self) -> bool:
        """Whether ``X-CloudTasks-TaskExecutionCount`` counts it: not 5xx, not a timeout."""
        return self.status is not None and self.status < 500  # noqa: PLR2004 -- 5xx

    def __str__(self) -> str:
        return self.reason or f"HTTP status code {self.status}"

    def as_status(self) -> Any:  # a google.rpc.Status
        """Return it as ``Attempt.responseStatus`` shows it."""
        if self.succeeded:
            return status_pb2.Status()
        code = _CODES.get(self.status or 503, grpc.StatusCode.UNKNOWN)
        number: int = code.value[0]
        return status_pb2.Status(code=number, message=f"{code.name}({number}): {self}")


def retry_after_s(header: str | None, now: datetime) -> float:
    """Return the seconds that a Retry-After header asks for; 0 where it says nothing.

    https://www.rfc-editor.org/rfc/rfc9110#section-10.2.3
    """
    if header is None:
        return 0.0
    if header.strip().isdecimal():
        return float(header)
    try:
        return max(0.0, (parsedate_to_datetime(header) - now).total_seconds())
    except (ValueError, TypeError):
        return 0.0
