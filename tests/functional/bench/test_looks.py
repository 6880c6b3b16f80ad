"""Looks at a link, measured in earnest."""

from bench import looks


def test_a_fork_is_faster_than_a_new_process() -> None:
    took = looks.measure(3)
    assert 0 < took.warm_s < took.anew_s
    assert took.first_s > 0
    assert took.warm_mb > 10
