"""`late.lua`: windows are counted from when Telegram got a call."""

from courier.pacing.slots import Late
from tests.functional.pacing_lua.conftest import JITTER_MS, MINUTE_MS, SECOND_MS, Lab, chain, chats, unbound


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
    assert [lab.after_ms(slot) for slot in again] == [1_700 + JITTER_MS, MINUTE_MS + 700]


async def test_a_start_that_is_forgotten_is_not_moved(lab: Lab) -> None:
    bot = unbound(5)
    (slot,) = await lab.ask(*chats(1), bot=bot)
    await lab.redis.flushall()

    await lab.correct(bot, Late("1", slot, 0.5))

    assert await lab.keys() == {}
