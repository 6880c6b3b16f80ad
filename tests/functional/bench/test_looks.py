"""Looks at a link, measured in earnest."""

from bench import looks


def test_a_fork_is_faster_than_a_new_process() -> None:
    took = looks.measure(1)
    assert 0 < took.warm_s < min(took.anew_s, took.first_s)
    assert took.warm_mb > 10
