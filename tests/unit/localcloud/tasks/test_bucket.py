from hypothesis import given
from hypothesis import strategies as st

from localcloud.tasks.bucket import TokenBucket


def test_a_full_bucket_lets_a_burst_through_and_then_its_rate() -> None:
    bucket = TokenBucket(rate=2, burst=3, now=100)

    taken = [bucket.take(now) for now in (100, 100, 100, 100, 100.4, 100.5, 100.6)]

    assert taken == [True, True, True, False, False, True, False]


def test_it_tells_when_the_next_token_comes() -> None:
    bucket = TokenBucket(rate=0.5, burst=1, now=0)
    bucket.take(0)

    ready_at = bucket.ready_at(0.5)

    assert abs(ready_at - 2) < 1e-6
    assert bucket.take(ready_at)


def test_rest_does_not_save_more_than_the_burst() -> None:
    bucket = TokenBucket(rate=500, burst=10, now=0)

    assert bucket.whole(1e6) == 10


@given(st.lists(st.floats(0, 10), max_size=200), st.floats(0.1, 500), st.integers(1, 100))
def test_never_more_than_the_burst_and_the_rate(
    waits: list[float], rate: float, burst: int
) -> None:
    bucket, now, taken = TokenBucket(rate, burst, now=0), 0.0, 0
    for wait in waits:
        now += wait
        taken += bucket.take(now)

    assert taken <= burst + rate * now + 1e-3
