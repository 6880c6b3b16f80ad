"""What a system's run comes to, from hand-made arrivals."""

from dataclasses import replace

import pytest

from bench.live.contest import Seen, Terms, standing
from bench.live.course import LiveCourse
from bench.model.telegram import Arrival
from bench.model.traffic import Item, numbered
from local.simulator.config import Limits
from local.simulator.figures import BotFigures

NOTHING = BotFigures(0, 0, {}, 0, 0, 0, {}, 0, 0, None, None, None, None)
COURSE = LiveCourse(numbered([1, 1, 2, 3]), limits=Limits(bot_per_second=1))
TERMS = Terms(limit_s=12, within_s=12)


def seen(*accepted: tuple[float, int, str]) -> Seen:
    return Seen(COURSE, [Arrival(at, at, chat, text, None) for at, chat, text in accepted], NOTHING)


ALL = seen((1, 1, "1"), (2, 1, "2"), (4, 2, "1"), (6, 3, "1"))
PART = seen((1, 1, "2"), (2, 1, "1"), (3, 1, "1"), (13, 2, "1"))


def test_all_was_delivered() -> None:
    """Four messages at one a second take three at least."""
    came = standing("us", [ALL], TERMS, cpu_s=0.008)
    assert (came.delivered, came.ratio, came.doubled, came.disordered) == (1.0, 2.0, 0, 0)
    assert came.cpu_s == pytest.approx(2.0)


def test_what_is_late_or_lacks_is_not_delivered_and_takes_all_the_time() -> None:
    came = standing("them", [PART], TERMS, cpu_s=0.0)
    assert (came.delivered, came.ratio, came.doubled, came.disordered) == (0.5, 4.0, 1, 1)


def test_bots_count_together() -> None:
    figures = replace(NOTHING, refused={"bot": 2, "chat": 1}, late=1, late_since_begin=2)
    came = standing("both", [replace(ALL, figures=figures), replace(PART, figures=figures)], TERMS, cpu_s=0.0)
    assert (came.delivered, came.ratio) == (0.75, 3.0)
    assert (came.refused, came.late, came.late_since_begin) == (6, 2, 4)


def test_only_some_chats_may_count_and_for_a_shorter_time() -> None:
    came = standing("us", [ALL], Terms(limit_s=12, within_s=5, counted=frozenset({2, 3})), cpu_s=0.0)
    assert came.delivered == 0.5


def test_nothing_was_delivered() -> None:
    assert standing("them", [seen()], TERMS, cpu_s=1.0).cpu_s == float("inf")
    assert Item(1, "1") in COURSE.items
