"""Quotas on a real Valkey: exact under a crowd, in fixed windows, once for each event."""

import asyncio
from collections import Counter
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from courier.access.quotas import TOKEN_LIFE_S, Figures, Quota, QuotaFigures, Quotas, figures_of
from courier.access.standing import Standing
from courier.errors import StateUnavailableError
from courier.state.redis_client import Commands

BOT, USER, CHAT = 7, 5, -100_123
DAY = 86_400
FIVE = Figures(per_user=5, per_chat=500, window_s=DAY)
#: Short enough for a test to see its end.
SHORT = Figures(per_user=2, per_chat=500, window_s=2)


@pytest.fixture
def quotas(redis: Redis) -> Quotas:
    return Quotas(Commands(lambda: redis))


async def spent(quotas: Quotas, count: int, figures: Figures = FIVE, *, user: int = USER, chat: int = CHAT) -> Quota:
    """The last answer of so many events, one after another."""
    for number in range(count):
        answer = await quotas.spend(BOT, user, chat, figures, f"{user}-{chat}-{number}")
    return answer


async def window_over(redis: Redis) -> None:
    """Let the windows end, without waiting: their counters are what ends with them."""
    for key in await redis.keys("c1:{7}:q:[uc]:*"):
        await redis.pexpire(key, 0)


async def test_twenty_at_once_against_a_limit_of_five_are_five(quotas: Quotas) -> None:
    answers = await asyncio.gather(*(quotas.spend(BOT, USER, CHAT, FIVE, f"t{number}") for number in range(20)))

    assert Counter(answer.is_allowed for answer in answers) == {True: 5, False: 15}
    assert sorted(answer.used for answer in answers if answer.is_allowed) == [1, 2, 3, 4, 5]
    assert {answer.used for answer in answers if not answer.is_allowed} == {5}
    assert (await quotas.left(BOT, USER, CHAT, FIVE)).used == 5


async def test_twenty_users_at_once_against_a_chats_limit_of_five_are_five(quotas: Quotas) -> None:
    figures = Figures(per_user=50, per_chat=5, window_s=DAY)

    answers = await asyncio.gather(*(quotas.spend(BOT, user, CHAT, figures, f"t{user}") for user in range(1, 21)))

    assert Counter(answer.is_allowed for answer in answers) == {True: 5, False: 15}
    assert {answer.scope for answer in answers if not answer.is_allowed} == {"chat"}
    for user, answer in enumerate(answers, start=1):
        mine = await quotas.left(BOT, user, user, figures)
        assert mine.used == answer.is_allowed, "what the chat refuses costs its user nothing"


async def test_two_workers_share_what_they_count(quotas: Quotas, valkey_url: str) -> None:
    client = Redis.from_url(valkey_url)
    other = Quotas(Commands(lambda: client))

    answers = await asyncio.gather(
        *(
            worker.spend(BOT, USER, CHAT, FIVE, f"t{number}-{id(worker)}")
            for number in range(10)
            for worker in (quotas, other)
        )
    )
    await client.aclose()

    assert sum(answer.is_allowed for answer in answers) == 5


async def test_the_same_event_counts_once_and_is_answered_the_same(quotas: Quotas) -> None:
    first = await quotas.spend(BOT, USER, CHAT, FIVE, "t")
    await quotas.spend(BOT, USER, CHAT, FIVE, "another")

    again = await asyncio.gather(*(quotas.spend(BOT, USER, CHAT, FIVE, "t") for _ in range(20)))

    assert set(again) == {first}
    assert first == Quota(is_allowed=True, used=1, limit=5, resets_in_s=DAY, scope="user")
    assert (await quotas.left(BOT, USER, CHAT, FIVE)).used == 2


async def test_the_same_event_at_once_counts_once(quotas: Quotas) -> None:
    answers = await asyncio.gather(*(quotas.spend(BOT, USER, CHAT, FIVE, "t") for _ in range(20)))

    assert len(set(answers)) == 1
    assert (await quotas.left(BOT, USER, CHAT, FIVE)).used == 1


async def test_a_refused_event_stays_refused_when_it_comes_again(quotas: Quotas, redis: Redis) -> None:
    await spent(quotas, 5)
    refused = await quotas.spend(BOT, USER, CHAT, FIVE, "t")
    await window_over(redis)

    assert not refused.is_allowed
    assert await quotas.spend(BOT, USER, CHAT, FIVE, "t") == refused
    assert (await quotas.spend(BOT, USER, CHAT, FIVE, "new")).is_allowed


async def test_a_refusal_says_when_the_window_ends(quotas: Quotas, redis: Redis) -> None:
    await spent(quotas, 5)
    await redis.pexpire("c1:{7}:q:u:5", 90_999)

    refused = await quotas.spend(BOT, USER, CHAT, FIVE, "t")

    assert refused == Quota(is_allowed=False, used=5, limit=5, resets_in_s=91, scope="user")


async def test_a_window_is_fixed(quotas: Quotas, redis: Redis) -> None:
    """It ends its length after its first event, however many come meanwhile and whatever length others have by then."""
    await spent(quotas, 1)
    await redis.pexpire("c1:{7}:q:u:5", 40_000)

    last = await spent(quotas, 9, replace(FIVE, window_s=30 * DAY))

    assert not last.is_allowed
    assert 30 < last.resets_in_s <= 40
    assert 30_000 < await redis.pttl("c1:{7}:q:u:5") <= 40_000


async def test_a_window_ends_by_itself(quotas: Quotas) -> None:
    assert not (await spent(quotas, 3, SHORT)).is_allowed

    async with asyncio.timeout(10):
        while (await quotas.left(BOT, USER, CHAT, SHORT)).used:
            pass

    fresh = await quotas.spend(BOT, USER, CHAT, SHORT, "new")
    assert (fresh.is_allowed, fresh.used) == (True, 1)


async def test_a_look_counts_nothing(quotas: Quotas, redis: Redis) -> None:
    untouched = Quota(is_allowed=True, used=0, limit=5, resets_in_s=0, scope="user")

    assert {await quotas.left(BOT, USER, CHAT, FIVE) for _ in range(9)} == {untouched}
    assert await redis.keys("*") == []

    await spent(quotas, 5)
    assert await quotas.left(BOT, USER, CHAT, FIVE) == Quota(
        is_allowed=False, used=5, limit=5, resets_in_s=DAY, scope="user"
    )


async def test_a_flush_begins_windows_anew_and_nothing_else(quotas: Quotas, redis: Redis) -> None:
    assert not (await spent(quotas, 6)).is_allowed

    await redis.flushall()

    assert [(await spent(quotas, 5)).used, (await spent(quotas, 6)).is_allowed] == [5, False]


async def test_every_key_dies(quotas: Quotas, redis: Redis) -> None:
    await spent(quotas, 6)
    await spent(quotas, 2, replace(FIVE, window_s=60), user=6)

    names = [str(name, "utf-8") for name in await redis.keys("*") if isinstance(name, bytes)]
    lives = {name: await redis.pttl(name) for name in names}

    longest_ms = {":u": DAY * 1000, ":c": DAY * 1000, ":t": TOKEN_LIFE_S * 1000}
    assert len(lives) == 8 + 3
    assert {key: life for key, life in lives.items() if not 0 < life <= longest_ms[key[8:10]]} == {}
    assert all(key.startswith("c1:{7}:q:") for key in lives)


@pytest.mark.parametrize(
    ("user_used", "chat_used", "told"),
    [(1, 1, ("user", 1, 5)), (2, 7, ("chat", 7, 9)), (5, 5, ("user", 5, 5)), (1, 9, ("chat", 9, 9))],
)
async def test_the_tighter_one_is_told(
    quotas: Quotas, user_used: int, chat_used: int, told: tuple[str, int, int]
) -> None:
    figures = Figures(per_user=5, per_chat=9, window_s=DAY)
    await spent(quotas, user_used, figures)
    for other in range(chat_used - user_used):
        await quotas.spend(BOT, 100 + other, CHAT, figures, f"o{other}")

    found = await quotas.left(BOT, USER, CHAT, figures)

    assert (found.scope, found.used, found.limit) == told


@pytest.mark.parametrize(("user_ms", "chat_ms", "scope"), [(9_000, 90_000, "chat"), (90_000, 9_000, "user")])
async def test_of_two_that_refuse_the_one_that_does_so_longer_is_told(
    quotas: Quotas, redis: Redis, user_ms: int, chat_ms: int, scope: str
) -> None:
    figures = Figures(per_user=2, per_chat=2, window_s=DAY)
    await spent(quotas, 2, figures)
    await redis.pexpire("c1:{7}:q:u:5", user_ms)
    await redis.pexpire(f"c1:{{7}}:q:c:{CHAT}", chat_ms)

    refused = await quotas.spend(BOT, USER, CHAT, figures, "t")

    assert (refused.is_allowed, refused.scope, refused.resets_in_s) == (False, scope, 90)


async def test_a_private_chat_is_its_user(quotas: Quotas) -> None:
    figures = Figures(per_user=9, per_chat=2, window_s=DAY)

    assert (await spent(quotas, 5, figures, chat=USER)) == Quota(
        is_allowed=True, used=5, limit=9, resets_in_s=DAY, scope="user"
    )


async def test_bots_users_and_chats_dont_share(quotas: Quotas) -> None:
    await spent(quotas, 5)

    assert (await quotas.left(BOT + 1, USER, CHAT, FIVE)).is_allowed
    assert (await quotas.left(BOT, USER + 1, CHAT, FIVE)).is_allowed
    assert (await quotas.spend(BOT + 1, USER, CHAT, FIVE, f"{USER}-{CHAT}-0")).used == 1, "nor tokens"


async def test_a_quota_that_was_lowered_refuses_until_the_window_ends(quotas: Quotas) -> None:
    await spent(quotas, 4)

    refused = await quotas.spend(BOT, USER, CHAT, replace(FIVE, per_user=3), "t")

    assert (refused.is_allowed, refused.used, refused.limit) == (False, 4, 3)


async def test_a_quota_of_nothing_lets_nobody(quotas: Quotas, redis: Redis) -> None:
    refused = await quotas.spend(BOT, USER, CHAT, replace(FIVE, per_user=0), "t")

    assert refused == Quota(is_allowed=False, used=0, limit=0, resets_in_s=0, scope="user")
    assert [key async for key in redis.scan_iter("c1:{7}:q:[uc]:*")] == []


async def test_admins_and_blessed_users_leave_their_chat_what_it_has(quotas: Quotas) -> None:
    all_figures = QuotaFigures(per_user=5, per_chat=5, blessed=9, admin=9)
    blessed, others = figures_of(Standing.BLESSED, all_figures), figures_of(Standing.GRACED, all_figures)

    assert (await spent(quotas, 9, blessed)).is_allowed
    assert (await spent(quotas, 5, others, user=6)).is_allowed
    assert not (await spent(quotas, 1, others, user=8)).is_allowed
    assert (await quotas.left(BOT, USER, CHAT, figures_of(Standing.ADMIN, all_figures))).scope == "user"


async def test_redis_that_cant_be_reached_is_one_error() -> None:
    away = Redis(port=1)

    with pytest.raises(StateUnavailableError):
        await Quotas(Commands(lambda: away)).left(BOT, USER, CHAT, FIVE)
    await away.aclose()
