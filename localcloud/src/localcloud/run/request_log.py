"""What the services were asked, the last requests in memory and all in ``logs/requests.log``."""

from collections import deque
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from localcloud.run.logs import open_log

LENGTH = 10_000


@dataclass(frozen=True, slots=True)
class ServedRequest:
    """One request: when it came (Unix seconds), and how long its answer took."""

    at: float
    service: str
    method: str
    path: str
    status: int
    duration_ms: float

    def __str__(self) -> str:
        at = datetime.fromtimestamp(self.at, UTC).isoformat(timespec="milliseconds")
        return (
            f"{at} {self.service} {self.method} {self.path} {self.status} {self.duration_ms:.1f}ms"
        )


class RequestLog:
    """Bounded in memory, appended to a file."""

    def __init__(self, folder: Path) -> None:
        self.requests: deque[ServedRequest] = deque(maxlen=LENGTH)
        self._file = open_log(folder / "logs" / "requests.log")

    def add(self, request: ServedRequest) -> None:
        self.requests.append(request)
        self._file.write(f"{request}\n".encode())
        self._file.flush()

    def close(self) -> None:
        self._file.close()
