from local.simulator.windows import SlidingWindow, TokenBucket


def test_window_counts_a_shorter_span_too() -> None:
    window = SlidingWindow(60.0)
    for second in range(10):
        window.add(float(second))
    assert (window.count(9.5), window.count(9.5, 1.0)) == (10, 1)


def test_window_drops_what_is_outdated() -> None:
    window = SlidingWindow(1.0)
    for tick in range(10_000):
        window.add(tick / 100)
    assert window.count(99.995) == 100
    assert len(window._times) < 300


def test_more_than_the_limit_waits_for_an_empty_window() -> None:
    window = SlidingWindow(1.0)
    window.add(5.0)
    assert window.free_at(5.5, cost=10, limit=3) == 6.0
    assert window.free_at(6.0, cost=10, limit=3) == 6.0


def test_bucket_that_is_a_moment_early_is_on_time() -> None:
    bucket = TokenBucket()
    bucket.take(0.0, 1, rate=1.0, burst=1)
    assert bucket.wait(0.9999999, 1, rate=1.0, burst=1) == 0.0
    assert bucket.wait(0.999, 1, rate=1.0, burst=1) > 0.0
