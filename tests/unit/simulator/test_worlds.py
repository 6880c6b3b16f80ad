"""Worlds as they are drawn, and as calls meet them in process."""

from collections import Counter

import pytest
from pydantic import ValidationError

from local.simulator import InProcessWorld, Limits, Outcome, Storm, World, WorldFaults

SEEDS = range(200)
WORLDS = [World.drawn(seed) for seed in SEEDS]
#: Limits that don't get in the way of the fault under test.
WIDE = Limits(bot_per_second=10_000, chat_burst=10_000)
NARROW = Limits(bot_per_second=1, chat_burst=100, bot_penalty_s=4)
EDGY = Limits(
    bot_per_second=10_000, chat_burst=1, chat_penalty_s=2, penalty_growth=2, penalty_max_s=120, penalty_extends=True
)


def endings(world: World, calls: int = 2000, method: str = "sendMessage") -> list[Outcome]:
    """Calls a tenth of a second apart, each to a chat of its own."""
    living = InProcessWorld(world)
    return [living.answer(1000 + number / 10, 1, number + 1, method) for number in range(calls)]


def wide(seed: int = 1, *, storm: Storm | None = None, **probabilities: float) -> World:
    return World(seed=seed, limits=WIDE, faults=WorldFaults(storm=storm, **probabilities))


def test_world_of_a_seed_is_always_the_same() -> None:
    assert [World.drawn(seed) for seed in SEEDS] == WORLDS
    assert len({world.limits for world in WORLDS}) == len(WORLDS)
    assert World.drawn(-7).limits != World.drawn(7).limits


def test_calm_world_has_the_same_limits_and_no_faults() -> None:
    for world in WORLDS:
        calm = World.drawn(world.seed, calm=True)
        assert calm == World(seed=world.seed, limits=world.limits)


def test_limits_are_drawn_from_the_whole_of_their_range() -> None:
    for name, low, high, near in [
        ("bot_per_second", 12, 40, 2),
        ("chat_per_second", 0.5, 2, 0.1),
        ("chat_burst", 1, 5, 0),
        ("group_per_minute", 10, 25, 1),
        ("bot_penalty_s", 2, 6, 0.3),
        ("penalty_growth", 1.3, 2, 0.1),
    ]:
        drawn = [getattr(world.limits, name) for world in WORLDS]
        assert low <= min(drawn) <= low + near, name
        assert high - near <= max(drawn) <= high, name


def test_penalties_grow_and_are_extended_everywhere() -> None:
    for limits in (world.limits for world in WORLDS):
        assert (limits.chat_penalty_s, limits.penalty_extends) == (None, True)
        assert (limits.penalty_memory_s, limits.penalty_max_s, limits.penalty_grace_s) == (30, 120, 0.5)


@pytest.mark.parametrize("name", ["wrapped", "lost_answer", "reset_before", "storm"])
def test_each_fault_is_in_some_worlds_and_not_in_others(name: str) -> None:
    present = sum(bool(getattr(world.faults, name)) for world in WORLDS)
    assert 70 < present < 130


def test_some_worlds_have_no_faults_and_none_has_many() -> None:
    assert 3 < sum(world.faults == WorldFaults() for world in WORLDS) < 30
    assert max(max(world.faults.lost_answer, world.faults.reset_before) for world in WORLDS) <= 0.015
    assert max(world.faults.wrapped for world in WORLDS) <= 0.6
    storms = [world.faults.storm for world in WORLDS if world.faults.storm]
    assert all(1 <= storm.after_s <= 12 and 2 <= storm.lasts_s <= 6 and 0.3 <= storm.share <= 0.9 for storm in storms)


def test_world_goes_through_json_and_is_frozen() -> None:
    assert [World.model_validate_json(world.model_dump_json()) for world in WORLDS] == WORLDS
    with pytest.raises(ValidationError):
        setattr(WORLDS[0], "seed", 9)  # noqa: B010 - the type checker knows it, too


def test_what_strikes_follows_from_the_seed() -> None:
    first, again, other = (endings(wide(seed, lost_answer=0.1, reset_before=0.1)) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_faults_strike_as_often_as_they_should() -> None:
    found = Counter(outcome.ending for outcome in endings(wide(lost_answer=0.1, reset_before=0.2)))
    assert 330 < found["reset"] < 470
    assert 110 < found["lost_answer"] < 210
    assert found.total() == found["reset"] + found["lost_answer"] + found["accepted"]


def test_one_kind_of_fault_does_not_shift_another() -> None:
    lost = [outcome.ending == "lost_answer" for outcome in endings(wide(lost_answer=0.1))]
    both = endings(wide(lost_answer=0.1, reset_before=0.2))
    reached = [outcome.ending == "lost_answer" for outcome in both if outcome.ending != "reset"]
    assert reached == lost[: len(reached)]


def test_calm_world_accepts_what_its_limits_allow() -> None:
    assert endings(wide(), 100) == [Outcome("accepted")] * 100


def test_lost_answer_is_accepted_and_spends() -> None:
    world = InProcessWorld(World(limits=EDGY, faults=WorldFaults(lost_answer=1)))
    lost = world.answer(1000, 1, 10)
    assert (lost.ending, lost.is_accepted) == ("lost_answer", True)
    assert world.answer(1000, 1, 10) == Outcome("refused", 2, "chat")
    assert world.figures(1).accepted == 1
    assert world.figures(1).faults == {"reset_after": 1}


def test_reset_spends_nothing() -> None:
    world = InProcessWorld(World(limits=EDGY, faults=WorldFaults(reset_before=1)))
    assert [world.answer(1000, 1, 10) for _ in range(9)] == [Outcome("reset")] * 9
    assert not Outcome("reset").is_accepted
    assert (world.figures(1).arrived, world.figures(1).accepted) == (9, 0)


def test_storm_is_counted_from_the_first_call_and_ends() -> None:
    found = endings(wide(storm=Storm(after_s=3, lasts_s=4, share=1)), 100)
    assert {outcome.ending for outcome in found[30:70]} == {"server_error"}
    assert {outcome.ending for outcome in found[:30] + found[70:]} == {"accepted"}
    assert {outcome.code for outcome in found[30:70]} == {500, 502}


def test_storm_hits_its_share() -> None:
    found = endings(wide(storm=Storm(after_s=0, lasts_s=200, share=0.4)))
    assert 700 < sum(outcome.ending == "server_error" for outcome in found) < 900


def refusals(wrapped: float, method: str) -> list[Outcome]:
    """The first refusals of a thousand bots, each of which calls twice."""
    world = InProcessWorld(World(seed=3, limits=NARROW, faults=WorldFaults(wrapped=wrapped)))
    first = [world.answer(1000, bot, 10) for bot in range(1000)]
    assert all(outcome.is_accepted for outcome in first)
    return [world.answer(1000, bot, 11, method) for bot in range(1000)]


def test_albums_refusals_are_wrapped_and_true() -> None:
    assert set(refusals(0.01, "SendMediaGroup")) == {Outcome("refused", 4, "bot", wrapped=True)}
    assert set(refusals(0, "sendMediaGroup")) == {Outcome("refused", 4, "bot")}


def test_share_of_other_refusals_is_wrapped() -> None:
    world = InProcessWorld(World(limits=NARROW, faults=WorldFaults(wrapped=0.3)))
    world.answer(1000, 1, 10)
    wrapped = [world.answer(1000, 1, 10).wrapped for _ in range(1000)]
    assert 230 < sum(wrapped) < 370
    assert world.figures(1).faults == {"429_in_400": sum(wrapped)}
    assert world.figures(1).refused == {"bot": 1000}


def test_penalty_comes_before_faults() -> None:
    world = InProcessWorld(World(limits=NARROW, faults=WorldFaults(storm=Storm(after_s=1, lasts_s=9, share=1))))
    world.answer(1000, 1, 10)
    assert world.answer(1000.5, 1, 10).ending == "refused"
    assert world.answer(1002, 1, 10) == Outcome("refused", 3, "bot", during=1.5)
    assert world.answer(1005, 1, 10).ending == "server_error"


def test_penalties_grow_for_who_goes_on_and_last_for_who_waits() -> None:
    world = InProcessWorld(World(limits=EDGY))
    told = [world.answer(1000 + number / 10, 1, 10).retry_after for number in range(9)]
    assert told == [None, 2, 4, 8, 16, 32, 64, 120, 120]
    waited = InProcessWorld(World(limits=EDGY))
    assert [waited.answer(1000, 2, 10).retry_after for _ in range(2)] == [None, 2]
    assert waited.answer(1002, 2, 10).is_accepted


def test_bots_of_a_world_live_apart() -> None:
    world = InProcessWorld(World(limits=NARROW, faults=WorldFaults(storm=Storm(after_s=5, lasts_s=5, share=1))))
    assert world.answer(1000, 1, 10).is_accepted
    assert world.answer(1005, 1, 10).ending == "server_error"
    assert world.answer(1005, 2, 10).is_accepted
    assert world.answer(1005, 2, 10).ending == "refused"
    assert (world.figures(1).arrived, world.figures(2).refused, world.figures(3).arrived) == (2, {"bot": 1}, 0)


def test_figures_tell_who_was_late() -> None:
    world = InProcessWorld(World(limits=NARROW.model_copy(update={"penalty_extends": True})))
    for moment in (1000.0, 1000.1, 1000.35, 1000.36, 1001.0):
        world.answer(moment, 1, 10)
    found = world.figures(1)
    assert (found.arrived, found.accepted, found.refused, found.during_penalty) == (5, 1, {"bot": 4}, 3)
    assert (found.late, found.late_since_begin) == (1, 2)
    assert (world.figures(1, grace_ms=5).late, world.figures(1, grace_ms=5).late_since_begin) == (3, 3)
    assert (world.figures(1, grace_ms=899).late_since_begin, world.figures(1, grace_ms=900).late_since_begin) == (1, 0)
    assert (found.first_arrival, found.last_acceptance) == (1000.0, 1000.0)
    assert (found.peak_arrived, found.peak_accepted) == (4, 1)


def test_unextended_penalty_is_late_from_its_begin_only() -> None:
    world = InProcessWorld(World(limits=NARROW))
    for moment in (1000.0, 1000.0, 1000.2, 1000.4):
        world.answer(moment, 1, 10)
    assert (world.figures(1).late, world.figures(1).late_since_begin) == (1, 1)
