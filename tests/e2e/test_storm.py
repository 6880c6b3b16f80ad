"""Everything at once, and failures of what the sender stands on. Slow: a killer takes five tries to be found out."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from redis import Redis

from local.stack import kill_workers, lambda_workers
from tests.e2e.platform import Platform

CHATS, EACH = range(1, 51), 10
POISON_CHAT = 666
#: Seconds within which everything must be delivered after the last kill.
RECOVERY_S = 60


@contextmanager
def repeated(work: "threading.Thread", stop: threading.Event) -> Iterator[None]:
    """A thread beside the test, stopped with it."""
    work.start()
    try:
        yield
    finally:
        stop.set()
        work.join()


def by_chat(platform: Platform, bot_id: int) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {chat: [] for chat in CHATS}
    for one in platform.telegram.messages(bot_id=bot_id):
        if one.chat_id in found:
            found[one.chat_id].append(one.text)
    return found


def is_whole(platform: Platform, bot_id: int) -> bool:
    return all(set(texts) >= {f"{n}" for n in range(EACH)} for texts in by_chat(platform, bot_id).values())


def assert_ordered(platform: Platform, bot_id: int) -> int:
    """Each chat's messages in their order, a repeated one at its own place; how many were repeated."""
    repeats = 0
    for texts in by_chat(platform, bot_id).values():
        assert list(dict.fromkeys(texts)) == [f"{n}" for n in range(EACH)]
        assert texts == sorted(texts)
        repeats += len(texts) - EACH
    return repeats


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_storm_loses_nothing_and_only_the_poison_is_given_up(platform: Platform, bot_id: int) -> None:
    telegram = platform.telegram
    telegram.fault("429", bot_id=bot_id, chat_id=3, retry_after=3, times=2)
    for action in ("5xx", "reset_before", "reset_after"):
        telegram.fault(action, bot_id=bot_id, probability=0.02, seed=7)
    rule = telegram.fault("hang_before", bot_id=bot_id, chat_id=POISON_CHAT, seconds=4)
    stop, kills = threading.Event(), threading.Event()

    def kill() -> None:
        """Every five seconds while `kills` isn't set, and whenever the poison is being sent."""
        last, hits = time.monotonic(), 0
        while not stop.wait(0.1):
            now = next((one["hits"] for one in telegram.faults() if one["id"] == rule), hits)
            if now > hits or (not kills.is_set() and time.monotonic() - last > 5):
                kill_workers(lambda_workers(platform.state_dir, "sender"))
                last = time.monotonic()
            hits = now

    messages = [(chat, f"{n}") for n in range(EACH) for chat in CHATS]
    try:
        with repeated(threading.Thread(target=kill), stop):
            platform.send(bot_id, [*messages[:20], (POISON_CHAT, "poison"), *messages[20:]])
            platform.arrived(bot_id, 400, timeout_s=180)
            kills.set()
            calm = time.monotonic()
            platform.wait_for(lambda: is_whole(platform, bot_id), "all messages", timeout_s=RECOVERY_S)
            recovered_s = time.monotonic() - calm
            letters = platform.dead_letters(count=1, timeout_s=300)
    finally:
        telegram.clear_faults()

    repeats = assert_ordered(platform, bot_id)
    assert [letter["reason"] for letter in letters] == [
        "its worker died 5 times in a row while it was being sent, at last alone"
    ]
    assert "poison" in letters[0]["body"]
    assert repeats <= 60, f"{repeats} repeated, recovered in {recovered_s:.0f} s"


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_flush_of_redis_loses_nothing(platform: Platform, bot_id: int) -> None:
    redis = Redis.from_url(platform.endpoints.redis_url)
    platform.send(bot_id, [(chat, f"{n}") for n in range(EACH) for chat in CHATS])
    for part in (100, 200, 300):
        platform.arrived(bot_id, part)
        redis.flushall()
    platform.wait_for(lambda: is_whole(platform, bot_id), "all messages", timeout_s=120)

    assert_ordered(platform, bot_id)


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_without_redis_nothing_is_sent_and_nothing_is_lost(platform: Platform, bot_id: int) -> None:
    redis = Redis.from_url(platform.endpoints.redis_url)
    platform.send(bot_id, [(chat, f"{n}") for n in range(EACH) for chat in CHATS])
    platform.arrived(bot_id, 100)
    # All commands wait for thirty seconds: to a client that is Redis gone.
    redis.client_pause(30_000)
    began = time.time()
    platform.wait_for(lambda: is_whole(platform, bot_id), "all messages", timeout_s=150)

    # What had its reservation may still start; nothing after that does.
    blind = [one for one in platform.telegram.messages(bot_id=bot_id) if began + 3 < one.time < began + 28]
    assert blind == []
    assert_ordered(platform, bot_id)
    assert platform.refused(bot_id) == 0
