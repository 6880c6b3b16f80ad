"""`penalise.lua`: a 429 holds its chat; several within a short time hold the bot and halve its rate."""

import pytest

from courier.pacing.slots import Wait
from courier.queues.names import Lane
from tests.functional.pacing_lua.conftest import Lab, chain, chats, unbound, waits
from tests.support.bots import active_bot

BOT = active_bot()


async def rate(lab: Lab) -> int:
    """Messages that the bot may start at once."""
    lab.now_ms += 1_100
    slots = await lab.ask(*chats(30, 1000), bot=unbound(30))
    return sum(lab.after_ms(slot) == 0 and slot.wait is Wait.NOTHING for slot in slots)


async def hold_bot(lab: Lab, seconds: float = 1.0) -> None:
    """Three chats meet a 429 at once, and the penalty passes."""
    assert [await lab.penalise(BOT, chat, seconds) for chat in ("a", "b", "c")][-1]
    lab.now_ms += round(seconds * 1000)


@pytest.mark.parametrize("lane", Lane)
async def test_a_429_holds_its_chat_alone_and_to_its_end(lab: Lab, lane: Lane) -> None:
    await lab.penalise(BOT, "5", 7.0)
    lab.now_ms += 1_000

    slots = await lab.ask(*chain(2), *chain(1, "6", number=2), bot=BOT, lane=lane)

    assert waits(slots) == [Wait.CHAT_PENALTY, Wait.CHAT_PENALTY, Wait.PROBE]
    assert [lab.after_ms(slot) for slot in slots] == [6_000, 6_000, 0]
    lab.now_ms += 5_999
    assert waits(await lab.ask(*chain(1), bot=BOT, lane=lane)) == [Wait.CHAT_PENALTY]
    lab.now_ms += 1
    assert waits(await lab.ask(*chain(1), bot=BOT, lane=lane)) == [Wait.NOTHING]


async def test_a_shorter_penalty_doesnt_cut_a_longer_one(lab: Lab) -> None:
    await lab.penalise(BOT, "5", 9.0)
    await lab.penalise(BOT, "5", 2.0)

    assert lab.after_ms((await lab.ask(*chain(1), bot=BOT))[0]) == 9_000


@pytest.mark.parametrize("lane", Lane)
async def test_three_chats_within_five_seconds_hold_the_bot(lab: Lab, lane: Lane) -> None:
    held = []
    for chat in ("1", "2", "3"):
        held.append(await lab.penalise(BOT, chat, 7.0))
        lab.now_ms += 2_000

    slots = await lab.ask(*chats(2, 50), bot=BOT, lane=lane)

    assert held == [False, False, True]
    assert waits(slots) == [Wait.BOT_PENALTY] * 2
    assert {lab.after_ms(slot) for slot in slots} == {5_000}


async def test_another_bot_isnt_held(lab: Lab) -> None:
    for chat in ("1", "2", "3"):
        await lab.penalise(BOT, chat, 7.0)

    assert waits(await lab.ask(*chats(1), bot=active_bot(2))) == [Wait.NOTHING]


@pytest.mark.parametrize(
    ("chats_met", "gap_ms"),
    [(("1", "1", "1", "1"), 0), (("1", "2", "1", "2"), 0), (("1", "2", "3", "4"), 2_500)],
    ids=["one chat", "two chats", "long between"],
)
async def test_less_than_that_doesnt(lab: Lab, chats_met: tuple[str, ...], gap_ms: int) -> None:
    for chat in chats_met:
        assert not await lab.penalise(BOT, chat, 1.0)
        lab.now_ms += gap_ms


async def test_the_bots_rate_is_halved_and_recovers_by_steps(lab: Lab) -> None:
    await hold_bot(lab)
    rates = []
    for _ in range(7):
        rates.append(await rate(lab))
        lab.now_ms += 10_000 - 1_100

    assert rates == [15, 18, 21, 24, 27, 30, 30]


async def test_the_429s_of_one_moment_are_one_event(lab: Lab) -> None:
    for chat in "abcdefgh":
        await lab.penalise(BOT, chat, 1.0)
    lab.now_ms += 1_000

    assert await rate(lab) == 15


async def test_the_next_event_halves_again_but_not_for_ever(lab: Lab) -> None:
    rates = []
    for _ in range(5):
        await hold_bot(lab)
        rates.append(await rate(lab))
        lab.now_ms += 4_000

    assert rates == [15, 7, 3, 3, 3]


async def test_an_event_long_after_the_last_halves_the_whole_rate(lab: Lab) -> None:
    await hold_bot(lab)
    for _ in range(6):
        lab.now_ms += 10_000
        await rate(lab)

    lab.now_ms += 2_000

    await hold_bot(lab)

    assert await rate(lab) == 15


async def test_a_429_without_a_reservation_is_noted(lab: Lab) -> None:
    assert await lab.keys() == {}

    await lab.penalise(BOT, "5", 7.0)

    assert waits(await lab.ask(*chain(1), bot=BOT)) == [Wait.CHAT_PENALTY]


async def test_what_was_reserved_before_a_429_still_counts(lab: Lab) -> None:
    bot = unbound(3)
    await lab.ask(*chats(3), bot=bot)

    await lab.penalise(bot, "99", 1.0)

    assert lab.after_ms((await lab.ask(*chats(1, 50), bot=bot))[0]) == 1_030
