"""Function workers that die in the middle of their work."""

import threading

import pytest

from local.stack import kill_workers, lambda_workers
from tests.e2e.platform import Platform

#: Seconds within which everything must be delivered after the last kill.
RECOVERY_S = 60


@pytest.mark.alone
def test_killed_workers_lose_and_reorder_nothing(platform: Platform, bot_id: int) -> None:
    chats, each = range(1, 31), 5
    platform.telegram.configure(latency_ms=50)
    stop = threading.Event()

    def kill_now_and_then() -> None:
        for _ in range(3):
            if stop.wait(1.5):
                return
            kill_workers(lambda_workers(platform.state_dir, "sender"))

    killer = threading.Thread(target=kill_now_and_then)
    try:
        platform.send(bot_id, ((chat, f"{n}") for n in range(each) for chat in chats))
        killer.start()
        wanted = {(chat, f"{n}") for n in range(each) for chat in chats}
        platform.wait_for(
            lambda: {(one.chat_id, one.text) for one in platform.telegram.messages(bot_id=bot_id)} >= wanted,
            "all messages",
            timeout_s=3 * 1.5 + RECOVERY_S,
        )
    finally:
        stop.set()
        killer.join()
        platform.telegram.configure(latency_ms=0)

    arrived = platform.telegram.messages(bot_id=bot_id)
    for chat in chats:
        texts = [one.text for one in arrived if one.chat_id == chat]
        # A message whose worker died between Telegram's answer and its mark may come twice, at its own place.
        assert list(dict.fromkeys(texts)) == [f"{n}" for n in range(each)]
        assert texts == sorted(texts)
    # At most what was in flight at a kill: a batch of ten each.
    assert len(arrived) <= len(wanted) + 30
