import pytest

from bench.model.traffic import Item, each_chat, least_s, mixed, numbered, stream
from local.simulator.config import Limits


@pytest.mark.parametrize(
    ("items", "seconds"),
    [
        (each_chat(30), 0),  # a second's worth at once
        (each_chat(31), 1),
        (each_chat(600), 19),
        (numbered([7] * 3), 0),  # a chat's burst
        (numbered([7] * 30), 27),
        (numbered([-7] * 20), 17),  # a group's minute, its bucket first
        (numbered([-7] * 21), 60),
        (each_chat(30, 30), 29),
    ],
)
def test_no_sender_is_quicker_than_the_most_demanding_limit(items: list[Item], seconds: float) -> None:
    assert least_s(items, Limits()) == seconds


def test_a_stream_has_its_rate_and_its_bursts_and_follows_from_its_seed() -> None:
    items = stream(3, 100, rate=5, chats=1000, bursts=[(50, 20)])
    assert items == stream(3, 100, rate=5, chats=1000, bursts=[(50, 20)])
    assert items != stream(4, 100, rate=5, chats=1000, bursts=[(50, 20)])
    assert len(items) - 20 == pytest.approx(500, rel=0.2)
    assert sum(item.at == 50 for item in items) == 20
    assert [item.at for item in items] == sorted(item.at for item in items)


def test_a_chats_texts_count_its_messages() -> None:
    seen: dict[int, list[int]] = {}
    for item in mixed(1, 500):
        seen.setdefault(item.chat, []).append(int(item.text))
    assert all(texts == list(range(1, len(texts) + 1)) for texts in seen.values())
    assert any(chat < 0 for chat in seen)
