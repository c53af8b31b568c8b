from datetime import UTC, datetime

import pytest

from localcloud.tasks.answer import TIMED_OUT, Answer, retry_after_s

NOW = datetime(2026, 1, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("120", 120),
        (" 7 ", 7),
        ("Thu, 01 Jan 2026 12:01:30 GMT", 90),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("soon", 0),
        ("-5", 0),
    ],
)
def test_retry_after_is_read_as_seconds_or_a_date(header: str | None, seconds: float) -> None:
    assert retry_after_s(header, NOW) == seconds


@pytest.mark.parametrize(
    ("status", "succeeded", "execution"),
    [(200, True, True), (299, True, True), (302, False, True), (404, False, True),
     (500, False, False), (503, False, False), (TIMED_OUT, False, False), (None, False, False)],
)  # fmt: skip
def test_only_2xx_succeeds_and_5xx_is_no_execution(
    *, status: int | None, succeeded: bool, execution: bool
) -> None:
    answer = Answer(status)

    assert (answer.succeeded, answer.counts_as_execution) == (succeeded, execution)


def test_the_status_of_an_attempt_reads_as_in_the_api() -> None:
    status = Answer(404).as_status()

    assert (status.code, status.message) == (5, "NOT_FOUND(5): HTTP status code 404")
