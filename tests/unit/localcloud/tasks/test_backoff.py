import pytest

from localcloud.tasks.backoff import Retry


def retry(
    *,
    attempts: int = 100,
    duration_s: float = 0.0,
    shortest_s: float = 0.1,
    longest_s: float = 3600.0,
    doublings: int = 16,
) -> Retry:
    return Retry(attempts, duration_s, shortest_s, longest_s, doublings)


def test_the_wait_doubles_then_grows_linearly_then_stays_as_documented() -> None:
    documented = retry(shortest_s=10, longest_s=300, doublings=3)

    waits = [documented.delay_s(failures) for failures in range(1, 9)]

    assert waits == [10, 20, 40, 80, 160, 240, 300, 300]


def test_the_default_wait_ends_at_an_hour() -> None:
    waits = [retry().delay_s(failures) for failures in (1, 2, 3, 50, 10_000)]

    assert waits == [0.1, 0.2, 0.4, 3600, 3600]


def test_many_doublings_do_not_overflow() -> None:
    assert retry(doublings=5000).delay_s(5001) == 3600


@pytest.mark.parametrize(
    ("attempts", "duration_s", "made", "elapsed_s", "spent"),
    [
        (3, 0, 2, 1e6, False),
        (3, 0, 3, 0, True),
        (3, 60, 3, 59, False),
        (3, 60, 2, 61, False),
        (3, 60, 3, 60, True),
        (-1, 0, 10_000, 1e9, False),
        (-1, 60, 10_000, 59, False),
        (-1, 60, 1, 60, True),
    ],
)
def test_a_task_is_given_up_when_attempts_and_duration_are_both_used(
    *, attempts: int, duration_s: float, made: int, elapsed_s: float, spent: bool
) -> None:
    settings = retry(attempts=attempts, duration_s=duration_s)

    assert settings.is_spent(made, elapsed_s) is spent
