"""What no course of events may do to the limiter, each as small as it gets."""

from dataclasses import replace

from courier.pacing.slots import Ask, Late, Wait
from tests.functional.pacing_lua.conftest import SECOND_MS, Lab, chain, chats, unbound
from tests.support.bots import active_bot

ALBUM = Ask("5", is_group=False, chain=1, cost=5)


async def test_a_late_album_keeps_its_distance_with_all_of_its_messages(lab: Lab) -> None:
    bot = unbound(5)
    (slot,) = await lab.ask(ALBUM, bot=bot)
    lab.now_ms += 700

    await lab.correct(bot, Late("5", slot, 0.5, ALBUM.cost))

    again = await lab.ask(*chats(5, 100), bot=bot)
    assert {lab.after_ms(one) for one in again} == {SECOND_MS + 500 - 700}


async def test_a_late_album_keeps_its_groups_minute(lab: Lab) -> None:
    bot = unbound(30, group_per_minute=5)
    (slot,) = await lab.ask(replace(ALBUM, chat="-5", is_group=True), bot=bot)
    lab.now_ms += 900

    await lab.correct(bot, Late("-5", slot, 0.8, ALBUM.cost))

    (again,) = await lab.ask(*chain(1, "-5", is_group=True), bot=bot)
    assert again.stamp_ms - slot.stamp_ms == 60_030 + 800


async def test_a_429_of_a_call_without_a_chat_holds_such_calls(lab: Lab) -> None:
    bot, chatless = active_bot(), Ask("", is_group=False, chain=1)
    await lab.penalise(bot, "", 7.0)

    (slot,) = await lab.ask(chatless, bot=bot)

    assert slot.wait is not Wait.NOTHING


async def test_a_call_that_arrives_more_than_a_second_late_is_still_counted(lab: Lab) -> None:
    bot = unbound(2)
    asked = chats(2)
    slots = await lab.ask(*asked, bot=bot)
    lab.now_ms += SECOND_MS + 100
    await lab.ask(*chats(0, 10), bot=bot)

    await lab.correct(bot, *(Late(ask.chat, slot, 1.1) for ask, slot in zip(asked, slots, strict=True)))

    (again,) = await lab.ask(*chats(1, 50), bot=bot)
    assert again.stamp_ms - slots[0].stamp_ms >= SECOND_MS + 1_100
