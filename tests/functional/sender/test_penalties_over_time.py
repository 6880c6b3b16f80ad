"""Penalties through whole batches: whom they hold, for how long, and what waiting for their end costs."""

import asyncio

from bench.model.clock import run_virtual
from bench.model.expiring import ExpiringRedis
from bench.model.telegram import Network
from courier.pacing.pace import Pacer
from courier.pacing.slots import Ask, Wait
from courier.queues.names import Lane
from courier.state.redis_client import Commands
from tests.support.bots import active_bot
from tests.support.journey import Hold, Journey, Story, text, texts, travel
from tests.support.verdicts import all_is_well

HOUR_S = 3600.0
#: The longest penalty that is looked at: three hours.
LONG_S = 3 * 3600
#: Seconds in which delivery must go on after a penalty.
RESUMES_S = 60.0


def held(chats: range, seconds: int, *, until: float = 1.0) -> list[Hold]:
    """Whoever calls one of these chats at the beginning is told to wait so long."""
    return [Hold(0.0, until, f"{chat}", seconds) for chat in chats]


def arrivals(story: Story, chats: range) -> list[float]:
    return [call.arrival.at for call in story.accepted() if call.arrival and int(call.chat) in chats]


def handed_while_held(story: Story, end: float) -> int:
    """Messages that were received after the penalty was known everywhere, and before it was over."""
    return sum(10.0 < at < end for at in story.queues[Lane.REGULAR].handed)


def test_a_429_holds_its_chat_and_no_other(valkey_url: str) -> None:
    journey = Journey(texts(range(1, 21), 3), holds=held(range(1, 2), 30))

    story = travel(journey, valkey_url)

    all_is_well(story)
    assert max(arrivals(story, range(2, 21))) < 10.0
    assert min(arrivals(story, range(1, 2))) >= 30.0


def test_two_chats_429s_hold_no_third(valkey_url: str) -> None:
    story = travel(Journey(texts(range(1, 11), 2), holds=held(range(1, 3), 30)), valkey_url)

    all_is_well(story)
    assert max(arrivals(story, range(3, 11))) < 10.0


def test_429s_of_several_chats_hold_the_bot(valkey_url: str) -> None:
    letters = [*texts(range(1, 6), 2), *(text(f"late-{chat}", chat, at=2.0) for chat in range(50, 60))]

    story = travel(Journey(letters, holds=held(range(1, 6), 30)), valkey_url)

    all_is_well(story)
    assert 30.0 <= min(arrivals(story, range(50, 60))) <= 30.0 + RESUMES_S


def test_three_hours_for_a_bot_cost_a_receive_per_message_and_hour_at_most(valkey_url: str) -> None:
    chats = range(1, 41)
    journey = Journey(texts(chats, 5), holds=held(chats, LONG_S), workers=5)

    story = travel(journey, valkey_url)

    all_is_well(story)
    assert handed_while_held(story, LONG_S - 1.0) <= 200 * LONG_S / HOUR_S
    firsts = [min(arrivals(story, range(chat, chat + 1))) for chat in chats]
    assert LONG_S <= min(firsts) <= LONG_S + RESUMES_S / 4
    assert max(firsts) <= LONG_S + RESUMES_S + 1.0


def test_three_hours_for_a_bot_whose_messages_come_during_them(valkey_url: str) -> None:
    letters = [*texts(range(1, 4), 1), *texts(range(11, 51), 5, at=60.0)]
    story = travel(Journey(letters, holds=held(range(1, 4), LONG_S), workers=5), valkey_url)

    all_is_well(story)
    # Whoever comes to a held bot is received once to be told so.
    assert handed_while_held(story, LONG_S - 1.0) <= 203 * LONG_S / HOUR_S
    assert LONG_S <= min(arrivals(story, range(11, 51))) <= LONG_S + RESUMES_S / 4
    assert max(min(arrivals(story, range(chat, chat + 1))) for chat in range(11, 51)) <= LONG_S + RESUMES_S + 1.0


def test_three_hours_for_a_chat_cost_no_more_and_hold_no_other(valkey_url: str) -> None:
    letters = [*texts(range(1, 2), 50), *texts(range(2, 12), 3, at=60.0)]

    story = travel(Journey(letters, holds=held(range(1, 2), LONG_S), workers=5), valkey_url)

    all_is_well(story)
    assert handed_while_held(story, LONG_S - 1.0) - 30 <= 50 * LONG_S / HOUR_S
    assert max(arrivals(story, range(2, 12))) < 70.0
    assert LONG_S <= min(arrivals(story, range(1, 2))) <= LONG_S + RESUMES_S


def test_a_long_penalty_of_the_bot_outlives_redis(valkey_url: str) -> None:
    letters = [*texts(range(1, 4), 1), *texts(range(11, 31), 2, at=130.0)]
    journey = Journey(letters, holds=held(range(1, 4), 600), flushes=[120.0, 300.0], workers=3)

    story = travel(journey, valkey_url)

    all_is_well(story)
    assert min(arrivals(story, range(11, 31))) >= 600.0


def test_after_a_widened_429_the_rate_is_lower_and_recovers(valkey_url: str) -> None:
    assert run_virtual(_rates(valkey_url)) == (30, "lower", 30)


async def _rates(valkey_url: str) -> tuple[int, str, int]:
    redis = ExpiringRedis(valkey_url)
    redis.flush()
    bot = active_bot()
    pacer = Pacer(Commands(lambda: redis), 0.03)

    async def at_once() -> int:
        """Messages that the bot may start at one moment."""
        await asyncio.sleep(5.0)
        asks = [Ask(f"{chat}", is_group=False, chain=chat) for chat in range(40)]
        now = asyncio.get_running_loop().time()
        slots = await pacer.reserve(bot, Lane.REGULAR, asks, 0.05)
        return sum(slot.wait is Wait.NOTHING and slot.at - now < 0.001 for slot in slots)

    before = await at_once()
    for chat in ("101", "102", "103", "104"):
        await pacer.penalise(bot, chat, 2.0)
    after = await at_once()
    for _ in range(360):
        await asyncio.sleep(5.0)
        await at_once()
    recovered = await at_once()
    redis.close()
    return before, "lower" if 0 < after < before else f"{after}", recovered


def test_a_network_that_jitters_within_the_allowance_changes_none_of_it(valkey_url: str) -> None:
    journey = Journey(
        texts(range(1, 21), 3), holds=held(range(1, 4), 30), network=Network(latency_s=0.2, jitter_s=0.02)
    )

    all_is_well(travel(journey, valkey_url))
