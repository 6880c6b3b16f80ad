"""Every key dies by itself, lives as long as it means something, and is small."""

from typing import get_args

import pytest

from courier.pacing.slots import Late
from courier.queues.names import Lane
from courier.sender.marks import LIFE_S, Became, Identity, Marks, Settlement
from tests.functional.pacing_lua.conftest import JITTER_MS, Lab, chain, chats, unbound
from tests.support.bots import active_bot

BOT = active_bot()


async def assert_all_die(lab: Lab) -> None:
    keys = await lab.keys()
    assert keys, "nothing was written"
    assert {name: life for name, life in keys.items() if not 0 < life <= LIFE_S * 1000} == {}
    assert all(name.startswith(("c1:{1001}:", "c1:{1}:")) for name in keys)


@pytest.mark.parametrize("lane", Lane)
async def test_after_reservations_granted_and_refused(lab: Lab, lane: Lane) -> None:
    for _ in range(3):
        await lab.ask(*chats(20), *chain(5, "77"), *chain(25, "-9", is_group=True, number=2), bot=BOT, lane=lane)
        await assert_all_die(lab)


async def test_after_a_late_call_was_corrected(lab: Lab) -> None:
    asked = [*chain(2), *chain(2, "-9", is_group=True, number=2)]
    slots = await lab.ask(*asked, bot=BOT)

    await lab.correct(BOT, *(Late(ask.chat, slot, 0.2) for ask, slot in zip(asked, slots, strict=True)))

    await assert_all_die(lab)


async def test_after_penalties_of_chats_and_bot(lab: Lab) -> None:
    for chat in ("1", "2", "@three", "-4"):
        await lab.penalise(BOT, chat, 3.0)
        await assert_all_die(lab)


@pytest.mark.parametrize("became", get_args(Became))
async def test_after_a_message_was_claimed_and_settled(lab: Lab, became: Became) -> None:
    marks = Marks(lab.redis)
    identities = [Identity(1, "a", None), Identity(1, "b", "send_msg:7"), Identity(1, "twin", "send_msg:7")]
    known = await marks.begin(1, [identity.owner for identity in identities])
    await marks.claim(identities, known)
    await assert_all_die(lab)

    for identity in identities:
        await marks.settle(Settlement(identity, became, "1"))
        await assert_all_die(lab)


async def test_settling_a_mark_that_is_gone_leaves_nothing_for_ever(lab: Lab) -> None:
    for became in get_args(Became):
        await Marks(lab.redis).settle(Settlement(Identity(1, became, f"send_msg:{became}"), became, "1"))

    await assert_all_die(lab)


@pytest.mark.parametrize(("burst", "life_ms"), [(3, 5_000), (9, 9_000)])
async def test_a_chat_is_remembered_until_its_bucket_is_full_and_its_starts_explain_nothing(
    lab: Lab, burst: int, life_ms: int
) -> None:
    await lab.ask(*chain(burst), bot=active_bot(chat_burst=burst))

    (life,) = [life for name, life in (await lab.keys()).items() if ":c:" in name]

    assert life_ms < life <= life_ms + 1_000 + JITTER_MS


async def test_a_group_is_remembered_for_its_minute(lab: Lab) -> None:
    await lab.ask(*chain(1, "-9", is_group=True), bot=BOT)

    (life,) = [life for name, life in (await lab.keys()).items() if ":c:" in name]

    assert 60_030 < life <= 61_030


@pytest.mark.parametrize("is_group", [False, True])
async def test_a_late_call_is_remembered_as_long_as_a_timely_one(lab: Lab, *, is_group: bool) -> None:
    (slot,) = await lab.ask(*chain(1, is_group=is_group), bot=BOT)
    (before,) = [life for name, life in (await lab.keys()).items() if ":c:" in name]

    await lab.correct(BOT, Late("5", slot, 1.5))

    (after,) = [life for name, life in (await lab.keys()).items() if ":c:" in name]
    assert after > before + 1_000


async def test_an_active_private_chat_takes_400_bytes_at_most(lab: Lab) -> None:
    await lab.ask(*chain(3, "1234567890"), bot=BOT)

    assert await lab.size("c1:{1001}:c:1234567890") <= 400


async def test_a_group_with_twenty_starts_takes_400_bytes_at_most(lab: Lab) -> None:
    await lab.ask(*chain(20, "-1001234567890", is_group=True), bot=unbound(1000, group_per_minute=20))

    assert await lab.size("c1:{1001}:c:-1001234567890") <= 400


async def test_a_bots_pace_stays_small_however_long_it_runs(lab: Lab) -> None:
    for second in range(20):
        await lab.ask(*chats(100, 1000 * second), bot=unbound(30))
        lab.now_ms += 1_030

    assert await lab.size("c1:{1001}:pace") <= 2_000
