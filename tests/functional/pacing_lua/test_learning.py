"""What 429s teach: how much Telegram takes of a bot and of a chat, and whose a 429 was."""

import pytest

from courier.pacing.slots import Ask, Late, Slot, Wait
from tests.functional.pacing_lua.conftest import JITTER_MS, SECOND_MS, Lab, chain, chats, unbound, waits
from tests.support.bots import active_bot

BOT = unbound(30)


async def started(lab: Lab, asks: list[Ask]) -> list[Slot]:
    """All of them are granted at once."""
    slots = await lab.ask(*asks, bot=BOT)
    assert all(slot.is_start and lab.after_ms(slot) == 0 for slot in slots)
    return slots


async def refuse(lab: Lab, *chat_ids: int, start_ms: int, seconds: float = 3.0) -> bool:
    """429s of calls that were started then; whether the last held the bot."""
    held = False
    for chat in chat_ids:
        found = await lab.pacer.penalise(BOT, f"{chat}", seconds, start_ms=start_ms)
        held = found.bot > 0
    return held


async def at_once(lab: Lab) -> int:
    """Messages that the bot may start in this moment."""
    slots = await lab.ask(*chats(40, 5_000), bot=BOT)
    return sum(slot.is_start and lab.after_ms(slot) == 0 for slot in slots)


async def meet(lab: Lab, taken: int, first: int = 1) -> None:
    """The bot's limit is met: so many are taken at once, the next three refused, and the penalty passes."""
    slots = await started(lab, chats(taken + 3, first))
    lab.now_ms += 100
    assert await refuse(lab, *range(first + taken, first + taken + 3), start_ms=slots[0].stamp_ms)
    lab.now_ms += 3_000


async def test_a_bots_limit_is_what_was_taken_before_the_first_refusal(lab: Lab) -> None:
    await meet(lab, 17)

    assert await at_once(lab) == 17


async def test_it_is_held_for_a_minute_then_raised_by_steps_up_to_the_row(lab: Lab) -> None:
    await meet(lab, 17)
    lab.now_ms += 56_800
    assert await at_once(lab) == 17

    rates = []
    for _ in range(6):
        lab.now_ms += 10_000
        rates.append(await at_once(lab))

    assert rates == [20, 23, 26, 29, 30, 30]


async def test_a_limit_that_proves_right_is_held_twice_as_long(lab: Lab) -> None:
    await meet(lab, 17)
    lab.now_ms += 62_000
    await meet(lab, 17, first=100)

    lab.now_ms += 110_000
    assert await at_once(lab) == 17
    lab.now_ms += 10_000
    assert await at_once(lab) == 20


async def test_refusals_while_it_is_held_prove_nothing(lab: Lab) -> None:
    await meet(lab, 27)
    await meet(lab, 24, first=100)
    assert await at_once(lab) == 24

    lab.now_ms += 62_000
    assert await at_once(lab) == 27


async def test_less_than_a_third_is_doubted_and_raised_soon(lab: Lab) -> None:
    await meet(lab, 5)
    assert await at_once(lab) == 15

    lab.now_ms += 10_000
    assert await at_once(lab) == 18


async def test_starts_that_werent_made_dont_count_as_taken(lab: Lab) -> None:
    slots = await started(lab, chats(23))
    lab.now_ms += 100
    assert await refuse(lab, 18, 19, 20, start_ms=slots[0].stamp_ms)
    for chat, slot in ((21, slots[20]), (22, slots[21]), (23, slots[22])):
        await lab.correct(BOT, Late(f"{chat}", slot, None))
    lab.now_ms += 3_000

    assert await at_once(lab) == 17


async def test_chats_that_were_each_too_fast_cost_the_bot_no_rate(lab: Lab) -> None:
    """Each had a message before; the bot rests until that is clear."""
    await started(lab, chats(4))
    lab.now_ms += 500
    slots = await started(lab, chats(4))
    lab.now_ms += 100

    assert await refuse(lab, 1, 2, 3, start_ms=slots[0].stamp_ms, seconds=1.0)

    lab.now_ms += 1_100
    assert await at_once(lab) == 30


async def test_what_was_taken_since_says_that_the_bot_isnt_held(lab: Lab) -> None:
    slots = await started(lab, chats(5))
    lab.now_ms += 100
    assert not await refuse(lab, 1, 2, start_ms=slots[0].stamp_ms)
    lab.now_ms += 400
    (probe,) = await lab.ask(*chats(1, 50), bot=BOT)
    lab.pacer.taken(BOT, probe)
    await lab.pacer.trust(BOT)
    lab.now_ms += 300

    assert not await refuse(lab, 60, start_ms=lab.now_ms)


async def test_after_a_429_one_call_at_a_time_finds_out_whose_it_was(lab: Lab) -> None:
    slots = await started(lab, chats(2))
    lab.now_ms += 100
    await refuse(lab, 1, start_ms=slots[0].stamp_ms)

    asked = await lab.ask(*chats(3, 50), bot=BOT, call_ms=60)

    assert waits(asked) == [Wait.PROBE, Wait.DOUBT, Wait.DOUBT]
    assert {lab.after_ms(slot) for slot in asked[1:]} == {60 + 30}
    await lab.pacer.trust(BOT)
    assert waits(await lab.ask(*chats(2, 51), bot=BOT)) == [Wait.NOTHING] * 2


async def test_what_is_tried_is_a_chat_that_had_no_message_lately_if_there_is_one(lab: Lab) -> None:
    slots = await started(lab, chats(2))
    lab.now_ms += 100
    await refuse(lab, 1, start_ms=slots[0].stamp_ms)

    assert waits(await lab.ask(*chats(1, 2), bot=BOT)) == [Wait.DOUBT]
    assert waits(await lab.ask(*chats(1, 50), bot=BOT)) == [Wait.PROBE]
    lab.now_ms += 400
    assert waits(await lab.ask(*chats(1, 2), bot=BOT)) == [Wait.PROBE]


async def test_a_call_without_a_budget_waits_for_no_doubt(lab: Lab) -> None:
    await lab.penalise(BOT, "1", 3.0)
    assert waits(await lab.ask(*chats(1, 50), bot=BOT)) == [Wait.PROBE]

    assert waits(await lab.ask(Ask("", is_group=False, chain=1, cost=0), bot=BOT)) == [Wait.NOTHING]


async def test_a_second_chat_that_is_refused_in_a_doubt_holds_the_bot(lab: Lab) -> None:
    slots = await started(lab, chats(1))
    lab.now_ms += 100
    assert not await refuse(lab, 1, start_ms=slots[0].stamp_ms)
    (probe,) = await lab.ask(*chats(1, 50), bot=BOT)
    lab.now_ms += 60

    found = await lab.pacer.penalise(BOT, "50", 3.0, start_ms=probe.stamp_ms, is_probe=True)

    assert found.bot > 0


async def test_a_429_in_a_burst_lowers_what_the_chat_gets_at_once(lab: Lab) -> None:
    bot = active_bot()
    slots = await lab.ask(*chain(2), bot=bot)
    lab.now_ms += 50

    await lab.pacer.penalise(bot, "5", 1.0, start_ms=slots[1].stamp_ms + 1)
    lab.now_ms += 20_000

    # Both were taken, so two at once are known to be fine.
    assert waits(await lab.ask(*chain(3), bot=bot)) == [Wait.NOTHING] * 2 + [Wait.CHAT]


async def test_a_429_after_a_full_distance_makes_the_distance_longer(lab: Lab) -> None:
    bot = active_bot(chat_burst=1)
    await lab.ask(*chain(1), bot=bot)
    lab.now_ms += 1_000 + JITTER_MS
    (slot,) = await lab.ask(*chain(1), bot=bot)

    await lab.pacer.penalise(bot, "5", 1.0, start_ms=slot.stamp_ms)
    lab.now_ms += 20_000

    again = await lab.ask(*chain(2), bot=bot)
    assert lab.after_ms(again[1]) == 1_500 + JITTER_MS


async def test_what_a_chat_seemed_to_say_is_void_once_it_was_the_bot(lab: Lab) -> None:
    """Its second message was refused because of the bot, and would have cost it its burst."""
    bot = active_bot()
    await lab.ask(*chain(1), bot=bot)
    lab.now_ms += 100
    slots = await lab.ask(*chain(1), *chats(2, 50), bot=bot)
    lab.now_ms += 60
    held = [
        (await lab.pacer.penalise(bot, chat, 1.0, start_ms=slots[0].stamp_ms)).bot > 0 for chat in ("5", "50", "51")
    ]
    lab.now_ms += 20_000

    assert held == [False, False, True]
    assert sum(slot.is_start for slot in await lab.ask(*chain(3), bot=bot)) == 3


@pytest.mark.parametrize(("teachers", "at_once_now"), [(2, 3), (3, 1)])
async def test_three_chats_of_a_kind_speak_for_all_of_it(lab: Lab, teachers: int, at_once_now: int) -> None:
    bot = active_bot()
    for chat in range(1, teachers + 1):
        await lab.ask(*chain(1, f"{chat}"), bot=bot)
        lab.now_ms += 100
        (slot,) = await lab.ask(*chain(1, f"{chat}"), bot=bot)
        await lab.pacer.penalise(bot, f"{chat}", 1.0, start_ms=slot.stamp_ms)
        lab.now_ms += 6_000

    slots = await lab.ask(*chain(3, "77"), bot=bot)

    assert sum(slot.is_start for slot in slots) == at_once_now


async def test_a_missed_start_is_given_back_with_the_next_ask(lab: Lab) -> None:
    bot = unbound(2)
    slots = await lab.ask(*chats(2), bot=bot)
    lab.now_ms += 50

    (again,) = await lab.ask(Ask("2", is_group=False, chain=1, missed_ms=slots[1].stamp_ms), bot=bot)
    (next_one,) = await lab.ask(*chats(1, 50), bot=bot)

    assert lab.after_ms(again) == 0
    assert lab.after_ms(next_one) == SECOND_MS - 50


async def test_a_429_after_redis_lost_its_data_says_nothing_of_the_bots_limit(lab: Lab) -> None:
    """The window is full of starts that Redis forgot, so what it counts is too little: 429s leave the rate as it is."""
    before = await started(lab, chats(30))
    lab.pacer.taken(BOT, before[-1])
    await lab.redis.flushall()
    lab.now_ms += 200
    slots = await started(lab, chats(10, 100))
    lab.now_ms += 100

    assert await refuse(lab, 107, 108, 109, start_ms=slots[0].stamp_ms)

    lab.now_ms += 3_000
    assert await at_once(lab) == 30


async def test_a_refused_start_that_redis_doesnt_know_shows_the_loss_too(lab: Lab) -> None:
    before = await started(lab, chats(30))
    await lab.redis.flushall()
    lab.now_ms += 200

    assert await refuse(lab, 28, 29, 30, start_ms=before[0].stamp_ms)

    lab.now_ms += 3_000
    assert await at_once(lab) == 30


async def test_what_is_counted_a_second_after_a_loss_is_believed_again(lab: Lab) -> None:
    before = await started(lab, chats(30))
    lab.pacer.taken(BOT, before[-1])
    await lab.redis.flushall()
    lab.now_ms += 200
    await started(lab, chats(1, 100))
    lab.now_ms += SECOND_MS

    await meet(lab, 17, first=200)

    assert await at_once(lab) == 17


async def test_a_429_after_a_loss_says_nothing_of_its_chat(lab: Lab) -> None:
    """A group's minute may be full of messages that Redis forgot."""
    group = "-1000000001"
    bot = active_bot(bot_per_second=30, chat_per_second=10, chat_burst=20, group_per_minute=20)
    ask = Ask(group, is_group=True, chain=1)
    before = await lab.ask(*[ask] * 14, bot=bot)
    lab.pacer.taken(bot, before[-1])
    await lab.redis.flushall()
    lab.now_ms += 500
    slots = await lab.ask(*[ask] * 6, bot=bot)
    lab.now_ms += 100

    await lab.pacer.penalise(bot, group, 35.0, start_ms=slots[-1].stamp_ms, is_group=True)

    lab.now_ms += 62_000
    assert [slot.wait for slot in await lab.ask(*[ask] * 20, bot=bot)].count(Wait.NOTHING) == 20
