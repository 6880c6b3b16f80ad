"""The main job on the deployed stack: what goes into a queue comes out at Telegram, in time and in order."""

import json
import sys
import uuid
from itertools import chain, repeat

import pytest

from tests.e2e.platform import Platform

KEYBOARD = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}, {"text": "No", "callback_data": "no"}]]}

pytestmark = pytest.mark.alone


def test_the_designs_two_messages_work_verbatim(platform: Platform) -> None:
    platform.put(
        "control.fifo",
        [("1", {"type": "add_bot", "data": {"bot_id": 1, "token": "1:verbatim", "is_sent_logs": False}})],
    )
    platform.wait_for(lambda: platform.status(1) == "active", "bot 1 active")
    message = {
        "type": "send_msg",
        "data": {
            "bot_id": 1,
            "chat_id": 123,
            "external_id": 123,
            "text": "Hello World!",
            "message_id": 123,
            "reply_markup": KEYBOARD,
        },
    }

    platform.put("bot-1.fifo", [("123", message)])

    (arrived,) = platform.arrived(1, 1)
    assert (arrived.chat_id, arrived.text, arrived.reply_markup) == (123, "Hello World!", KEYBOARD)


@pytest.mark.parametrize("latency_ms", [0, 100])
def test_300_messages_to_300_chats_go_at_the_bots_rate(platform: Platform, latency_ms: int) -> None:
    rates: list[float] = []
    platform.telegram.configure(latency_ms=latency_ms)
    try:
        # Other load slows it down, and so does a step of latency, which is taken for lateness for thirty calls: the
        # best of five counts. Of 429s every one does.
        while len(rates) < 5 and max(rates, default=0) < 28:
            bot_id = platform.add_bot()
            platform.send(bot_id, ((chat, f"to {chat}") for chat in range(1, 301)))
            arrived = platform.arrived(bot_id, 300)
            assert {message.chat_id for message in arrived} == set(range(1, 301))
            assert len(arrived) == 300
            assert platform.refused(bot_id) == 0
            # The first second's thirty may come at once, so they prove no rate.
            rates.append((300 - 30) / (arrived[-1].time - arrived[0].time))
    finally:
        platform.telegram.configure(latency_ms=0)

    assert max(rates) >= 28


def test_ten_bots_go_beside_each_other(platform: Platform) -> None:
    bot_ids = [platform.add_bot() for _ in range(10)]
    for bot_id in bot_ids:
        platform.send(bot_id, ((chat, f"{chat}") for chat in range(1, 91)))

    rates = []
    for bot_id in bot_ids:
        arrived = platform.arrived(bot_id, 90)
        assert {message.chat_id for message in arrived} == set(range(1, 91))
        rates.append((90 - 30) / (arrived[-1].time - arrived[0].time))
    sys.stdout.write(f"messages a second of each bot: {[round(rate, 1) for rate in rates]}\n")
    # Ten senders, the emulator and the simulator share the machine's cores: what delays a call between its start and
    # its arrival by more than ArrivalJitterMs can cost a 429. It must stay the exception.
    assert sum(platform.refused(bot_id) for bot_id in bot_ids) < 10


@pytest.fixture(scope="module")
def busy_bot_id(platform: Platform) -> int:
    """A bot with a chat that waits for half a minute, and one that doesn't."""
    bot_id = platform.add_bot()
    platform.send(bot_id, chain(((77, f"{n}") for n in range(30)), [(78, "the other one")]))
    return bot_id


def test_a_chat_with_a_long_queue_delays_no_other(platform: Platform, busy_bot_id: int) -> None:
    arrived = platform.arrived(busy_bot_id, 4)
    other = next(message for message in arrived if message.chat_id == 78)
    assert other.time - arrived[0].time < 1


def test_replies_overtake_a_running_broadcast(platform: Platform, bot_id: int) -> None:
    platform.send(bot_id, ((chat, "news") for chat in range(1000, 1300)), broadcast=True)
    platform.arrived(bot_id, 60)
    platform.send(bot_id, ((chat, "reply") for chat in range(1, 21)))

    arrived = platform.arrived(bot_id, 320)
    replies = [place for place, message in enumerate(arrived) if message.text == "reply"]
    # Twenty replies and what the broadcast may send beside them, not the 240 that were queued before them.
    assert replies[-1] - replies[0] < 60
    assert replies[-1] < 200
    assert platform.refused(bot_id) == 0


def test_an_external_id_is_sent_once(platform: Platform, bot_id: int) -> None:
    message = {"type": "send_msg", "data": {"bot_id": bot_id, "chat_id": 5, "text": "once", "external_id": "order-1"}}
    platform.put(f"bot-{bot_id}.fifo", list(repeat(("5", message), 3)))
    platform.send(bot_id, [(5, "after them")])

    assert [message.text for message in platform.arrived(bot_id, 2)] == ["once", "after them"]


def test_bad_input_costs_its_neighbours_nothing(platform: Platform, bot_id: int) -> None:
    ok = {"type": "send_msg", "data": {"bot_id": bot_id, "chat_id": 5, "text": "good"}}

    def broken(correlation_id: str, **changes: object) -> dict[str, object]:
        data = {"bot_id": bot_id, "chat_id": 5, "text": "bad"} | changes
        return {"type": "send_msg", "correlation_id": correlation_id, "data": data}

    cases: list[tuple[dict[str, object] | str, str]] = [
        ("{no json", "isn't JSON"),
        ({"type": "send_message", "data": {}}, "type: 'send_message' isn't taken by this queue"),
        ({"type": "add_bot", "data": {"bot_id": bot_id, "token": "1:secret-secret"}}, "type: 'add_bot' isn't taken"),
        (broken("unknown", colour="red"), "data.colour: isn't a known field"),
        (broken("missing", text=None), "data.text"),
        (broken("wrong-bot", bot_id=999_999), "data.bot_id: is 999999, but this is the queue of bot"),
        (broken("oversized", text="x" * 5000, parse_mode="MarkdownV2"), "data.text: is over 4096 UTF-16 units"),
    ]
    platform.put(f"bot-{bot_id}.fifo", [*(("5", body) for body, _ in cases), ("5", ok), ("6", ok)])

    assert {message.text for message in platform.arrived(bot_id, 2)} == {"good"}
    letters = platform.dead_letters(count=len(cases))
    assert all(letter["source"] == f"courier-bot-{bot_id}.fifo" for letter in letters)
    for _, reason in cases:
        assert any(reason in letter["reason"] for letter in letters), reason
    assert "secret-secret" not in json.dumps(letters)


def test_faults_of_telegram_lose_and_reorder_nothing(platform: Platform, bot_id: int) -> None:
    telegram = platform.telegram
    telegram.fault("429", bot_id=bot_id, chat_id=3, retry_after=2, times=1)
    telegram.fault("5xx", bot_id=bot_id, chat_id=4, code=502, times=1)
    telegram.fault("reset_before", bot_id=bot_id, chat_id=5, times=1)
    telegram.fault("reset_after", bot_id=bot_id, chat_id=6, times=1)
    try:
        platform.send(bot_id, ((chat, f"{n}") for n in range(3) for chat in (3, 4, 5, 6, 7)))
        arrived = platform.arrived(bot_id, 16)
    finally:
        telegram.clear_faults()

    by_chat = {chat: [message.text for message in arrived if message.chat_id == chat] for chat in (3, 4, 5, 6, 7)}
    # The answer to chat 6's first message was lost after it was accepted: that one, and only that one, comes twice.
    assert by_chat.pop(6) == ["0", "0", "1", "2"]
    assert all(texts == ["0", "1", "2"] for texts in by_chat.values())


def test_a_refused_recipient_is_a_dead_letter_with_telegrams_words(platform: Platform, bot_id: int) -> None:
    correlation_id = f"e2e-{uuid.uuid4()}"
    platform.telegram.fault("403", bot_id=bot_id, chat_id=9, times=1)
    body = {
        "type": "send_msg",
        "correlation_id": correlation_id,
        "data": {"bot_id": bot_id, "chat_id": 9, "text": "to someone who blocked the bot"},
    }
    platform.put(f"bot-{bot_id}.fifo", [("9", body)])

    (letter,) = platform.dead_letters(correlation_id)
    assert "403 Forbidden" in letter["reason"]


def test_a_long_queue_arrives_whole_and_in_order(platform: Platform, busy_bot_id: int) -> None:
    """The last of these tests, as it takes half a minute that others can use."""
    whole = platform.arrived(busy_bot_id, 31)
    assert [message.text for message in whole if message.chat_id == 77] == [f"{n}" for n in range(30)]
    assert platform.refused(busy_bot_id) == 0
