"""`reserve.lua`: every window exact, every chat in order."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from courier.pacing.slots import Wait
from courier.queues.names import Lane
from tests.functional.pacing_lua.conftest import (
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
from tests.functional.pacing_lua.courses import Course, asks, batches, play, some
from tests.support.bots import active_bot

NOTHING, CHAT, RATE = Wait.NOTHING, Wait.CHAT, Wait.RATE


# The bot's window


@given(batches(700, asks(numbers=50, costs=3, chains=50)))
@some
async def test_no_second_holds_more_than_the_bots_limit(lab: Lab, course: Course) -> None:
    await play(lab, course, unbound(7))

    assert most(lab.times(), SECOND_MS) <= 7


@given(batches(400, asks(numbers=60)))
@some
async def test_no_start_is_further_ahead_than_its_lane_may_reserve(lab: Lab, course: Course) -> None:
    alone = [(gap, lane, [replace(ask, chain=n) for n, ask in enumerate(asked)]) for gap, lane, asked in course]
    for answered in await play(lab, alone, unbound(7)):
        ahead = [slot.stamp_ms - answered.now_ms for slot in answered.slots if slot.wait is NOTHING]
        longest = 2_300 if answered.lane is Lane.REGULAR else 5
        assert all(0 <= ms <= longest for ms in ahead)


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
    await lab.ask(*chats(30), bot=bot)
    slots = await lab.ask(*chats(10, 100), bot=bot)

    assert waits(slots) == [RATE] * 10
    assert {lab.after_ms(slot) for slot in slots} == {3 * SECOND_MS}
    assert len(lab.starts) == 30
    lab.now_ms += 3 * SECOND_MS
    assert waits(await lab.ask(*chats(10, 100), bot=bot)) == [NOTHING] * 10


async def test_bots_with_one_token_share_one_window_and_others_dont(lab: Lab) -> None:
    one, twin, other = (
        unbound(5).model_copy(update={"bot_id": n, "telegram_id": t}) for n, t in ((1, 9), (2, 9), (3, 8))
    )
    await lab.ask(*chats(5), bot=one)

    assert lab.after_ms((await lab.ask(*chats(1), bot=twin))[0]) == SECOND_MS
    assert lab.after_ms((await lab.ask(*chats(1), bot=other))[0]) == 0


# Chats


@given(batches(1500, asks(numbers=3)), st.sampled_from([(1.0, 3), (1.0, 1), (5.0, 2), (0.3, 4)]))
@some
async def test_no_chat_gets_more_than_its_bucket(lab: Lab, course: Course, limits: tuple[float, int]) -> None:
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
    for _ in range(50):
        await lab.ask(*chain(1), bot=active_bot())
        lab.now_ms += 101

    # Asked for whenever it may be; the first wait pays for a late arrival.
    assert [at - lab.times()[0] for at in lab.times()] == [0, 101, 202, 1_030, 2_030, 3_030, 4_030, 5_030]


async def test_a_waiting_chat_says_when_and_holds_back_no_other(lab: Lab) -> None:
    slots = await lab.ask(*chain(5), *chain(1, "6", number=2), bot=active_bot())

    assert waits(slots) == [NOTHING] * 3 + [CHAT] * 2 + [NOTHING]
    assert {lab.after_ms(slot) for slot in slots if slot.wait is CHAT} == {SECOND_MS}


async def test_a_short_wait_for_a_chat_is_granted_within_the_batch(lab: Lab) -> None:
    slots = await lab.ask(*chain(4), bot=active_bot(chat_per_second=5, chat_burst=1))

    # 200 ms each and the jitter of the one before, but 300 ms in all.
    assert waits(slots) == [NOTHING, NOTHING, CHAT, CHAT]
    assert lab.after_ms(slots[1]) == 200 + JITTER_MS


# Groups


@given(batches(9_000, asks(numbers=2, is_group=True, costs=2)))
@some
async def test_no_minute_holds_more_than_a_groups_limit(lab: Lab, course: Course) -> None:
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
async def test_a_chain_starts_in_its_order_and_stops_as_a_whole(lab: Lab, course: Course, call_ms: int) -> None:
    for answered in await play(lab, course, active_bot(bot_per_second=8), call_ms):
        pairs = list(zip(answered.asks, answered.slots, strict=True))
        for number in {ask.chain for ask in answered.asks}:
            slots = [slot for ask, slot in pairs if ask.chain == number]
            reserved = [slot for slot in slots if slot.wait is NOTHING]
            assert slots[: len(reserved)] == reserved
            assert len({(slot.wait, slot.stamp_ms) for slot in slots[len(reserved) :]}) <= 1
            assert all(later.stamp_ms - slot.stamp_ms >= call_ms for slot, later in pairwise(reserved))
