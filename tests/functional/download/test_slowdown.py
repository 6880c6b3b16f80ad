"""Lines before sites, on real Valkey: a pace over all executions, and nothing lost with it."""

import asyncio
from unittest.mock import AsyncMock

import pytest
from redis.asyncio import Redis
from redis.crc import key_slot
from redis.exceptions import ConnectionError as LostError

from courier.download.probing.slowdown import HELD_S, LONGEST_S, Slowdown
from courier.state.redis_client import Commands

SITE = "www.site.example"


@pytest.fixture
def paces(redis: Redis) -> Slowdown:
    return Slowdown(Commands(lambda: redis), per_minute=30)


async def waits(paces: Slowdown, *jobs: str, site: str = SITE) -> list[float]:
    """What each is told, in whole seconds; -1 of one that is sent away."""
    told = [await paces.wait_s(site, job) for job in jobs]
    return [-1 if one is None else round(one) for one in told]


async def test_some_go_at_once_and_the_others_one_after_another(paces: Slowdown) -> None:
    assert await waits(paces, *(f"job{number}" for number in range(13))) == [0] * 10 + [2, 4, 6]


async def test_each_site_has_its_own_line(paces: Slowdown) -> None:
    await waits(paces, *(f"job{number}" for number in range(12)))
    assert await waits(paces, "job12", site="other.example") == [0]


async def test_who_asks_again_keeps_their_place(paces: Slowdown) -> None:
    jobs = [f"job{number}" for number in range(12)]
    first = await waits(paces, *jobs)
    assert await waits(paces, *reversed(jobs)) == list(reversed(first))
    assert await waits(paces, "another") == [6]


async def test_together_they_are_no_faster(paces: Slowdown) -> None:
    told = await asyncio.gather(*(paces.wait_s(SITE, f"job{number}") for number in range(40)))
    assert sorted(round(one or 0.0) for one in told) == [0] * 10 + list(range(2, 62, 2))


async def test_a_line_that_is_too_long_takes_nobody(paces: Slowdown) -> None:
    told = await waits(paces, *(f"job{number}" for number in range(330)))
    # Beside the ten that go at once, a place every two seconds.
    assert told.index(-1) == 10 + LONGEST_S // 2
    assert set(told[told.index(-1) :]) == {-1}


async def test_a_site_that_says_that_it_is_too_much_is_left_alone(paces: Slowdown) -> None:
    await waits(paces, "told", "other")
    assert await paces.refused(SITE, "told")
    assert await waits(paces, "told", "new", "other") == [HELD_S, HELD_S + 2, 0]


async def test_who_was_told_so_often_enough_is_done(paces: Slowdown) -> None:
    assert [await paces.refused(SITE, "told") for _ in range(3)] == [True, True, False]
    assert await paces.refused(SITE, "other")


async def test_no_pace(redis: Redis) -> None:
    paces = Slowdown(Commands(lambda: redis), per_minute=0)
    assert await waits(paces, *(f"job{number}" for number in range(50))) == [0] * 50
    assert not await paces.refused(SITE, "job0")


async def test_every_key_ends(paces: Slowdown, redis: Redis) -> None:
    await waits(paces, *(f"job{number}" for number in range(12)))
    await paces.refused(SITE, "job0")
    left = {key: await redis.pttl(key) for key in await redis.keys()}
    assert len(left) == 13
    assert all(0 < one <= 2 * LONGEST_S * 1000 for one in left.values()), left


async def test_keys_of_a_site_are_in_one_slot(paces: Slowdown, redis: Redis) -> None:
    await waits(paces, "job")
    await paces.refused(SITE, "job")
    slots = {key_slot(key if isinstance(key, bytes) else key.encode()) for key in await redis.keys()}
    assert len(slots) == 1


async def test_a_flush_costs_the_pace_alone(paces: Slowdown, redis: Redis) -> None:
    await waits(paces, *(f"job{number}" for number in range(12)))
    await redis.flushall()
    assert await waits(paces, "job11") == [0]


async def test_without_redis_everyone_goes_on() -> None:
    client = AsyncMock()
    client.execute_command.side_effect = LostError
    paces = Slowdown(Commands(lambda: client), per_minute=30)
    assert await waits(paces, *(f"job{number}" for number in range(50))) == [0] * 50
    assert not await paces.refused(SITE, "job0")
