"""Courses through the real sender on real Valkey: what the bench tells is what happened."""

from bench.live.course import LiveCourse, run_live
from bench.live.pump import pump
from bench.live.services import Services
from bench.model.course import Course, drive, drive_together
from bench.model.telegram import Faults, Network
from bench.model.traffic import each_chat, mixed, numbered
from courier.queues.names import Lane


def test_a_course_is_the_same_each_time(valkey_url: str) -> None:
    course = Course(mixed(1, 100), network=Network(0.05, 0.02), seed=5)
    first, second = (drive(course, valkey_url) for _ in range(2))
    assert first.arrivals == second.arrivals
    assert first.faults(course.items) == 0


def test_both_lanes_are_delivered(valkey_url: str) -> None:
    items = each_chat(20) + each_chat(20, first=100, lane=Lane.BROADCAST)
    result = drive(Course(items), valkey_url)
    assert result.faults(items) == 0
    assert result.received >= 40


def test_bots_side_by_side_have_a_pace_each(valkey_url: str) -> None:
    course = Course(each_chat(90))
    alone = drive(course, valkey_url)
    together = drive_together(dict.fromkeys((1, 2, 3), course), valkey_url)
    assert [result.faults(course.items) for result in together.values()] == [0, 0, 0]
    assert max(result.makespan_s for result in together.values()) <= alone.makespan_s + 0.1


def test_what_is_not_delivered_in_time_is_lost(valkey_url: str) -> None:
    course = Course(each_chat(90), limit_s=1.5)
    assert len(drive(course, valkey_url).lost(course.items)) == 30


def test_lost_answers_make_duplicates(valkey_url: str) -> None:
    course = Course(each_chat(30), faults=Faults(lost=0.3), seed=2)
    result = drive(course, valkey_url)
    assert result.duplicates() > 0
    assert result.lost(course.items) == []


def test_a_live_course_is_told_by_the_simulators_records(services: Services) -> None:
    """Five to one chat: two are given back, which the senders do from threads."""
    items = numbered([1] * 5 + [2, 3])
    outcomes = run_live({1: LiveCourse(items), 2: LiveCourse(items, is_warm=False)}, services)
    for outcome in outcomes.values():
        assert outcome.faults(items) == 0
        assert 1.9 < outcome.makespan_s < 10
        assert outcome.received > len(items)


def test_a_pump_sends_everything_for_every_bot(services: Services) -> None:
    services.simulator.reset()
    services.empty_redis()
    took = pump(3, each_chat(12), services)
    assert took.receives >= 36
    assert len({(each.bot_id, each.chat_id) for each in services.simulator.messages()}) == 36
