"""`reserve.lua`: every window exact, every chat in order, and room for both lanes."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from courier.queues.names import Lane
from courier.sender.pace import Ask, Late, Slot, Wait
from tests.functional.sender_lua.conftest import (
    JITTER_MS,
    MINUTE_MS,
    SECOND_MS,
    Lab,
    chain,
    chats,
    most,
    unbound,
    waits,
)
from tests.support.bots import active_bot

NOTHING, CHAT, RATE = Wait.NOTHING, Wait.CHAT, Wait.RATE
some = settings(
    max_examples=60,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def batches(longest_gap_ms: int, asks: st.SearchStrategy[Ask]) -> st.SearchStrategy[list[tuple[int, Lane, list[Ask]]]]:
    """Batches of both lanes, each so many milliseconds after the one before."""
    batch = st.tuples(st.integers(0, longest_gap_ms), st.sampled_from(Lane), st.lists(asks, min_size=1, max_size=10))
    return st.lists(batch, max_size=20)


def asks(*, numbers: int, is_group: bool = False, costs: int = 1, chains: int = 3) -> st.SearchStrategy[Ask]:
    return st.builds(
        Ask,
        chat=st.integers(1, numbers).map(str),
        is_group=st.just(is_group),
        chain=st.integers(1, chains),
        cost=st.integers(1, costs),
    )


async def play(lab: Lab, course: list[tuple[int, Lane, list[Ask]]], bot: Any, call_ms: int = 0) -> list[list[Slot]]:
    await lab.redis.flushall()
    lab.starts.clear()
    answers = []
    for gap_ms, lane, asked in course:
        lab.now_ms += gap_ms
        answers.append(await lab.ask(*asked, bot=bot, lane=lane, call_ms=call_ms))
    return answers


# The bot's window


@given(batches(700, asks(numbers=50, costs=3, chains=50)))
@some
async def test_no_second_holds_more_than_the_bots_limit(lab: Lab, course: Any) -> None:
    await play(lab, course, unbound(7))

    assert most(lab.times(), SECOND_MS) <= 7


@given(batches(300, asks(numbers=50)), st.integers(1, 200))
@some
async def test_nothing_starts_in_the_past_or_beyond_what_it_may_wait(lab: Lab, course: Any, call_ms: int) -> None:
    for (_, lane, _), slots in zip(course, await play(lab, course, unbound(7), call_ms), strict=True):
        del lane
        assert all(slot.at >= 0 for slot in slots)
    for ask, lane, at in lab.starts:
        assert ask
        assert lane is Lane.REGULAR or at <= lab.now_ms + 5


async def test_all_of_the_rate_goes_at_once_and_the_next_when_the_second_is_over(lab: Lab) -> None:
    slots = await lab.ask(*chats(31), bot=unbound(30))

    assert waits(slots) == [NOTHING] * 31
    assert [lab.after_ms(slot) for slot in slots] == [0] * 30 + [SECOND_MS]


async def test_a_second_begins_with_each_start(lab: Lab) -> None:
    bot = unbound(3)
    for number in range(3):
        await lab.ask(*chats(1, number), bot=bot)
        lab.now_ms += 100

    slots = await lab.ask(*chats(3, 10), bot=bot)

    assert [lab.after_ms(slot) for slot in slots] == [SECOND_MS - 300, SECOND_MS - 200, SECOND_MS - 100]


async def test_who_would_wait_too_long_takes_nothing(lab: Lab) -> None:
    bot = unbound(10)
    await lab.ask(*chats(20), bot=bot)
    slots = await lab.ask(*chats(10, 100), bot=bot)

    assert waits(slots) == [RATE] * 10
    assert {lab.after_ms(slot) for slot in slots} == {2 * SECOND_MS}
    assert len(lab.starts) == 20
    lab.now_ms += 2 * SECOND_MS
    assert waits(await lab.ask(*chats(10, 100), bot=bot)) == [NOTHING] * 10


async def test_bots_with_one_token_share_one_window_and_others_dont(lab: Lab) -> None:
    one, twin, other = (unbound(5).model_copy(update={"bot_id": n, "telegram_id": t}) for n, t in ((1, 9), (2, 9), (3, 8)))
    await lab.ask(*chats(5), bot=one)

    assert lab.after_ms((await lab.ask(*chats(1), bot=twin))[0]) == SECOND_MS
    assert lab.after_ms((await lab.ask(*chats(1), bot=other))[0]) == 0


# Chats


@given(batches(1500, asks(numbers=3)), st.sampled_from([(1.0, 3), (1.0, 1), (5.0, 2), (0.3, 4)]))
@some
async def test_no_chat_gets_more_than_its_bucket(lab: Lab, course: Any, limits: tuple[float, int]) -> None:
    per_second, burst = limits
    await play(lab, course, unbound(1000, chat_per_second=per_second, chat_burst=burst))

    regain_ms = round(1000 / per_second)
    tolerance_ms = max(0, (burst - 1) * regain_ms - JITTER_MS)
    for chat in {ask.chat for ask, _, _ in lab.starts}:
        times = sorted(at for ask, _, at in lab.starts if ask.chat == chat)
        for first, began in enumerate(times):
            for last in range(first + 1, len(times)):
                assert times[last] - began >= (last - first) * regain_ms - tolerance_ms


async def test_a_chat_gets_its_burst_and_then_one_a_second(lab: Lab) -> None:
    bot = active_bot()
    reached = []
    for _ in range(50):
        if (await lab.ask(*chain(1), bot=bot))[0].wait is NOTHING:
            reached.append(lab.now_ms)
        lab.now_ms += 101

    assert [at - reached[0] for at in reached] == [0, 101, 202, 1111, 2121, 3030, 4040]


async def test_a_waiting_chat_says_when_and_holds_back_no_other(lab: Lab) -> None:
    slots = await lab.ask(*chain(5), *chain(1, "6", number=2), bot=active_bot())

    assert waits(slots) == [NOTHING] * 3 + [CHAT] * 2 + [NOTHING]
    assert {lab.after_ms(slot) for slot in slots if slot.wait is CHAT} == {SECOND_MS}


async def test_a_short_wait_for_a_chat_is_granted_within_the_batch(lab: Lab) -> None:
    slots = await lab.ask(*chain(4), bot=active_bot(chat_per_second=5, chat_burst=1))

    # 200 ms each, but 300 ms in all.
    assert waits(slots) == [NOTHING, NOTHING, CHAT, CHAT]
    assert lab.after_ms(slots[1]) == 200


# Groups


@given(batches(9_000, asks(numbers=2, is_group=True, costs=2)))
@some
async def test_no_minute_holds_more_than_a_groups_limit(lab: Lab, course: Any) -> None:
    await play(lab, course, unbound(1000, group_per_minute=6))

    for chat in {ask.chat for ask, _, _ in lab.starts}:
        times = [at for ask, _, at in lab.starts if ask.chat == chat for _ in range(ask.cost)]
        assert most(times, MINUTE_MS) <= 6


async def test_a_group_gets_twenty_a_minute(lab: Lab) -> None:
    bot = unbound(1000, group_per_minute=20)

    slots = await lab.ask(*chain(21, "-5", is_group=True), bot=bot)

    assert waits(slots) == [NOTHING] * 20 + [CHAT]
    assert lab.after_ms(slots[20]) == MINUTE_MS
    lab.now_ms += MINUTE_MS - 1
    assert waits(await lab.ask(*chain(1, "-5", is_group=True), bot=bot)) == [NOTHING]
    assert lab.starts[-1][2] == lab.now_ms + 1


# Albums


async def test_an_album_costs_its_items_in_every_window(lab: Lab) -> None:
    bot = unbound(12, group_per_minute=12)

    slots = await lab.ask(
        *chain(1, "-1", is_group=True, number=1, cost=5),
        *chain(1, "-1", is_group=True, number=2, cost=5),
        *chain(1, "-1", is_group=True, number=3, cost=5),
        *chain(1, "7", number=4, cost=5),
        bot=bot,
    )

    assert waits(slots) == [NOTHING, NOTHING, CHAT, NOTHING]
    assert [lab.after_ms(slot) for slot in slots] == [0, 0, MINUTE_MS, SECOND_MS]


async def test_a_chat_pays_an_album_off(lab: Lab) -> None:
    bot = active_bot()
    await lab.ask(*chain(1, cost=5), bot=bot)

    (slot,) = await lab.ask(*chain(1), bot=bot)

    # Five seconds' worth, of which two may be owed.
    assert (slot.wait, lab.after_ms(slot)) == (CHAT, 3_000 + JITTER_MS)


@pytest.mark.parametrize("lane", Lane)
async def test_an_album_that_is_larger_than_a_window_has_it_for_itself(lab: Lab, lane: Lane) -> None:
    bot = unbound(4, group_per_minute=4)

    first, second = await lab.ask(*chain(2, "-1", is_group=True, cost=10), bot=bot, lane=lane)

    assert (first.wait, second.wait) == (NOTHING, CHAT)
    assert lab.after_ms(second) == MINUTE_MS


# Chains


@given(batches(400, asks(numbers=4, chains=3)), st.integers(0, 150))
@some
@example([(0, Lane.REGULAR, chain(10))], 0)
async def test_a_chain_starts_in_its_order_and_stops_as_a_whole(lab: Lab, course: Any, call_ms: int) -> None:
    answers = await play(lab, course, active_bot(bot_per_second=8), call_ms)

    for (_, _, asked), slots in zip(course, answers, strict=True):
        for number in {ask.chain for ask in asked}:
            of_chain = [slot for ask, slot in zip(asked, slots, strict=True) if ask.chain == number]
            reserved = [slot for slot in of_chain if slot.wait is NOTHING]
            assert of_chain[: len(reserved)] == reserved
            assert len({(slot.wait, slot.stamp_ms) for slot in of_chain[len(reserved) :]}) <= 1
            for before, after in zip(reserved, reserved[1:], strict=False):
                assert after.stamp_ms - before.stamp_ms >= call_ms


# Lanes


async def test_without_a_broadcast_the_regular_lane_has_all_of_the_rate(lab: Lab) -> None:
    for second in range(5):
        slots = await lab.ask(*chats(30, 100 * second), bot=unbound(30))
        assert {lab.after_ms(slot) for slot in slots} == {0}
        lab.now_ms += SECOND_MS


async def test_while_a_broadcast_waits_the_regular_lane_has_95_percent(lab: Lab) -> None:
    bot = unbound(30)
    await lab.ask(*chats(30), bot=bot)
    assert waits(await lab.ask(*chats(1, 500), bot=bot, lane=Lane.BROADCAST)) == [RATE]
    lab.now_ms += SECOND_MS

    slots = await lab.ask(*chats(30, 100), bot=bot)

    assert [lab.after_ms(slot) for slot in slots] == [0] * 28 + [SECOND_MS] * 2
    # The broadcast finds its room, and who no longer waits holds nothing back.
    assert waits(await lab.ask(*chats(1, 500), bot=bot, lane=Lane.BROADCAST)) == [NOTHING]
    lab.now_ms += 3 * SECOND_MS
    slots = await lab.ask(*chats(30, 200), bot=bot)
    assert {lab.after_ms(slot) for slot in slots} == {0}


@given(batches(400, asks(numbers=60, chains=60)))
@some
async def test_a_broadcast_reserves_nothing_ahead_of_the_present(lab: Lab, course: Any) -> None:
    await lab.redis.flushall()
    for gap_ms, lane, asked in course:
        lab.now_ms += gap_ms
        slots = await lab.ask(*asked, bot=unbound(7), lane=lane)
        if lane is Lane.BROADCAST:
            assert all(lab.after_ms(slot) <= 5 for slot in slots if slot.wait is NOTHING)


async def test_a_broadcast_that_finds_no_room_takes_none(lab: Lab) -> None:
    bot = unbound(5)
    await lab.ask(*chats(5), bot=bot)
    for _ in range(20):
        assert waits(await lab.ask(*chats(10, 100), bot=bot, lane=Lane.BROADCAST)) == [RATE] * 10
    lab.now_ms += SECOND_MS

    slots = await lab.ask(*chats(4, 200), bot=bot)

    assert {lab.after_ms(slot) for slot in slots} == {0}


async def test_a_broadcast_alone_has_all_of_the_rate(lab: Lab) -> None:
    for second in range(5):
        slots = await lab.ask(*chats(30, 100 * second), bot=unbound(30), lane=Lane.BROADCAST)
        assert waits(slots) == [NOTHING] * 30
        lab.now_ms += SECOND_MS


async def test_beside_regular_messages_broadcasts_go_in_portions(lab: Lab) -> None:
    bot = unbound(30)
    await lab.ask(*chats(1), bot=bot)

    slots = await lab.ask(*chats(10, 100), bot=bot, lane=Lane.BROADCAST)

    assert waits(slots) == [NOTHING] * 3 + [RATE] * 7
    assert lab.after_ms(slots[3]) <= 110


@pytest.mark.parametrize(
    "limit",
    [
        2,
        10,
        30,
        100,
        pytest.param(1, marks=pytest.mark.xfail(strict=True, reason="regular_limit of 1 in 1: no floor for broadcasts")),
    ],
)
async def test_under_saturated_regular_traffic_broadcasts_keep_their_floor(lab: Lab, limit: int) -> None:
    bot, began = unbound(limit), lab.now_ms
    for step in range(120):
        await lab.ask(*chats(limit, 10_000 * step), bot=bot)
        await lab.ask(*chats(10, 5_000_000 + 100 * step), bot=bot, lane=Lane.BROADCAST)
        lab.now_ms += 100

    # After the two seconds that the regular lane may have had reserved before anything waited.
    floor = [at for at in lab.times(Lane.BROADCAST) if at >= began + 2_100]
    assert len(floor) >= 0.05 * limit * 9
    assert most(lab.times(), SECOND_MS) <= limit
    # And the regular lane its share.
    regular = [at for at in lab.times(Lane.REGULAR) if began <= at < began + 10 * SECOND_MS]
    assert len(regular) >= 0.9 * 10 * (limit - max(1, -(-limit // 20)))


# Late arrivals


async def test_a_late_call_keeps_its_distance_from_when_it_arrived(lab: Lab) -> None:
    bot = unbound(5)
    asked = chats(5)
    slots = await lab.ask(*asked, bot=bot)

    await lab.correct(bot, *(Late(ask.chat, slot, 0.3) for ask, slot in zip(asked[:2], slots[:2], strict=True)))

    again = await lab.ask(*chats(5, 100), bot=bot)
    assert [lab.after_ms(slot) for slot in again] == [SECOND_MS] * 3 + [SECOND_MS + 300] * 2


async def test_a_late_call_moves_its_chat_and_its_group(lab: Lab) -> None:
    bot = unbound(1000, chat_per_second=1, chat_burst=1, group_per_minute=1)
    asked = [*chain(1), *chain(1, "-6", is_group=True, number=2)]
    slots = await lab.ask(*asked, bot=bot)

    await lab.correct(bot, *(Late(ask.chat, slot, 0.7) for ask, slot in zip(asked, slots, strict=True)))

    again = await lab.ask(*asked, bot=bot)
    assert [lab.after_ms(slot) for slot in again] == [1_700, MINUTE_MS + 700]


async def test_a_start_that_is_forgotten_is_not_moved(lab: Lab) -> None:
    bot = unbound(5)
    (slot,) = await lab.ask(*chats(1), bot=bot)
    await lab.redis.flushall()

    await lab.correct(bot, Late("1", slot, 0.5))

    assert await lab.keys() == {}
