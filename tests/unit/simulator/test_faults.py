from typing import Any

import pytest
from pydantic import ValidationError

from local.simulator import Match, Rule
from local.simulator.faults import Faults


def hits(rule: Rule, calls: int = 10, **call: Any) -> list[bool]:
    faults = Faults()
    faults.add(rule, seed=call.pop("seed", 0))
    where = {"bot_id": 1, "chat_id": 7, "method": "sendMessage", **call}
    return [faults.draw(rule.stage, **where) is not None for _ in range(calls)]


def test_rule_hits_for_good() -> None:
    assert hits(Rule(action="403")) == [True] * 10


def test_rule_hits_so_many_times_after_so_many_calls() -> None:
    assert hits(Rule(action="403", times=2, after=3), calls=7) == [False, False, False, True, True, False, False]


@pytest.mark.parametrize(
    ("match", "matches"),
    [
        (Match(), True),
        (Match(bot_id=1), True),
        (Match(bot_id=2), False),
        (Match(chat_id=7), True),
        (Match(chat_id="7"), True),
        (Match(chat_id=8), False),
        (Match(chat_id="@news"), False),
        (Match(method="SENDMESSAGE"), True),
        (Match(method="editMessageText"), False),
        (Match(bot_id=1, chat_id=8), False),
    ],
)
def test_rule_is_for_the_calls_that_it_names(match: Match, *, matches: bool) -> None:
    assert hits(Rule(action="403", match=match), calls=1) == [matches]


def test_rule_for_a_chat_is_not_for_calls_without_one() -> None:
    assert hits(Rule(action="403", match=Match(chat_id=7)), calls=1, chat_id=None) == [False]


def test_probability_follows_from_the_seed() -> None:
    rule = Rule(action="5xx", probability=0.5)
    first, again, other = hits(rule, 200, seed=1), hits(rule, 200, seed=1), hits(rule, 200, seed=2)
    assert first == again
    assert first != other
    assert 60 < sum(first) < 140


def test_rule_with_a_seed_of_its_own_ignores_the_settings() -> None:
    rule = Rule(action="5xx", probability=0.5, seed=9)
    assert hits(rule, 50, seed=1) == hits(rule, 50, seed=2)


def test_first_rule_that_hits_wins_and_the_next_keeps_its_count() -> None:
    faults = Faults()
    faults.add(Rule(action="400", times=1), seed=0)
    faults.add(Rule(action="403", times=1), seed=0)
    drawn = [faults.draw("after", 1, 7, "sendMessage") for _ in range(3)]
    assert [rule and rule.action for rule in drawn] == ["400", "403", None]


def test_delays_add_up() -> None:
    faults = Faults()
    faults.add(Rule(action="latency", latency_ms=20), seed=0)
    faults.add(Rule(action="latency", latency_ms=5, jitter_ms=10), seed=0)
    assert 25 <= faults.draw_delay(1, 7, "sendMessage") <= 35


def test_removal_of_one_and_of_all() -> None:
    faults = Faults()
    first = faults.add(Rule(action="400"), seed=0)
    faults.add(Rule(action="403"), seed=0)
    faults.remove(first)
    assert [active.rule.action for active in faults.active] == ["403"]
    faults.remove()
    assert faults.active == []


def test_unknown_fields_and_actions_are_refused() -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate({"action": "explode"})
    with pytest.raises(ValidationError):
        Rule.model_validate({"action": "403", "tims": 1})
