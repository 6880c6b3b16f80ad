"""`reserve.lua`: regular messages go first, and broadcasts get what is spare and keep their floor."""

import pytest

from courier.pacing.slots import Wait
from courier.queues.names import Lane
from tests.functional.pacing_lua.conftest import SECOND_MS, Lab, chats, most, unbound, waits

NOTHING, RATE = Wait.NOTHING, Wait.RATE


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


async def test_a_broadcast_that_finds_no_room_takes_none(lab: Lab) -> None:
    bot = unbound(5)
    await lab.ask(*chats(5), bot=bot)
    for _ in range(20):
        assert waits(await lab.ask(*chats(10, 100), bot=bot, lane=Lane.BROADCAST)) == [RATE] * 10
    lab.now_ms += SECOND_MS

    slots = await lab.ask(*chats(4, 200), bot=bot)

    assert {lab.after_ms(slot) for slot in slots} == {0}


async def test_a_broadcast_alone_has_all_of_the_rate(lab: Lab) -> None:
    for third in range(15):
        slots = await lab.ask(*chats(10, 100 * third), bot=unbound(30), lane=Lane.BROADCAST)
        assert waits(slots) == [NOTHING] * 10
        lab.now_ms += SECOND_MS // 3 + 1


async def test_a_broadcast_alone_leaves_a_reply_room_within_a_third_of_a_second(lab: Lab) -> None:
    bot, replies = unbound(30), []
    for step in range(300):
        await lab.ask(*chats(10, 1000 + 10 * step), bot=bot, lane=Lane.BROADCAST)
        if step % 60 == 30:
            lab.now_ms += 11_000  # long enough for the regular lane to count as idle
            await lab.ask(*chats(30, 100_000 + 100 * step), bot=bot, lane=Lane.BROADCAST)
            (reply,) = await lab.ask(*chats(1, 50_000 + step), bot=bot)
            replies.append(lab.after_ms(reply))
        lab.now_ms += 37

    assert len(replies) == 5
    assert max(replies) <= SECOND_MS // 3 + 1


async def test_beside_regular_messages_broadcasts_go_in_portions(lab: Lab) -> None:
    bot = unbound(30)
    await lab.ask(*chats(1), bot=bot)

    slots = await lab.ask(*chats(10, 100), bot=bot, lane=Lane.BROADCAST)

    assert waits(slots) == [NOTHING] * 3 + [RATE] * 7
    assert lab.after_ms(slots[3]) <= 110


@pytest.mark.parametrize("limit", [1, 2, 10, 30, 100])
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
