"""Flood control as a caller sees it. The model's own tests are in tests/unit/simulator."""

from typing import Any

import pytest

from local.simulator import ManualClock, Simulator
from tests.functional.simulator.conftest import Api

PHOTO = "https://example.com/a.jpg"
GROUP = -1_000_000_000_010
ALBUM = [{"type": "photo", "media": PHOTO}] * 3
#: What spends a chat's budget: the result of the call doesn't matter.
PACED: list[tuple[str, dict[str, Any]]] = [
    ("sendMessage", {"text": "x"}),
    ("sendPhoto", {"photo": PHOTO}),
    ("sendVideo", {"video": PHOTO}),
    ("sendAudio", {"audio": PHOTO}),
    ("sendDocument", {"document": PHOTO}),
    ("sendAnimation", {"animation": PHOTO}),
    ("sendVoice", {"voice": PHOTO}),
    ("sendHologram", {}),
    ("sendChatAction", {"action": "typing"}),
    ("editMessageText", {"message_id": 99, "text": "x"}),
    ("editMessageCaption", {"message_id": 99}),
    ("editMessageReplyMarkup", {"message_id": 99}),
    ("editMessageMedia", {"message_id": 99, "media": ALBUM[0]}),
    ("deleteMessage", {"message_id": 99}),
    ("deleteMessages", {"message_ids": [99]}),
    ("copyMessage", {"from_chat_id": 11, "message_id": 99}),
    ("copyMessages", {"from_chat_id": 11, "message_ids": [99]}),
    ("forwardMessage", {"from_chat_id": 11, "message_id": 99}),
    ("forwardMessages", {"from_chat_id": 11, "message_ids": [99]}),
    ("pinChatMessage", {"message_id": 99}),
]
FREE: list[tuple[str, dict[str, Any]]] = [
    ("getMe", {}),
    ("getChat", {"chat_id": 10}),
    ("answerCallbackQuery", {"callback_query_id": "1"}),
    ("getWebhookInfo", {}),
    ("setMyCommands", {"commands": []}),
]


async def test_answer_of_flood_control(api: Api, clock: ManualClock, sim: Simulator) -> None:
    for _ in range(3):
        await api.send()
    answer = await api.call("sendMessage", chat_id=10, text="x")
    assert answer.status == 429
    assert answer.headers["Retry-After"] == "1"
    assert answer.body == {
        "ok": False,
        "error_code": 429,
        "description": "Too Many Requests: retry after 1",
        "parameters": {"retry_after": 1},
    }
    assert sim.accepted.last_seq == 3
    clock.advance(1)
    await api.send()


async def test_bot_over_30_a_second_is_held_everywhere(api: Api, clock: ManualClock, sim: Simulator) -> None:
    for chat in range(1, 31):
        await api.send(chat)
    assert (await api.call("sendMessage", chat_id=31, text="x")).body["parameters"] == {"retry_after": 3}
    clock.advance(2)
    assert (await api.call("sendMessage", chat_id=32, text="x")).body["parameters"] == {"retry_after": 1}
    await api.send(1, token="2:fake")
    clock.advance(1)
    await api.send(33)
    counters = sim.bots.get(1).counters
    assert (counters.refused, counters.during_penalty, counters.accepted) == ({"bot": 2}, 1, 31)
    assert [(record.scope, record.during) for record in sim.refused] == [("bot", None), ("bot", 2.0)]


@pytest.mark.parametrize("chat", [GROUP, -10, "@news"])
async def test_groups_take_20_a_minute(api: Api, clock: ManualClock, chat: Any) -> None:
    for _ in range(20):
        await api.send(chat)
        clock.advance(1)
    assert (await api.call("sendMessage", chat_id=chat, text="x")).body["parameters"] == {"retry_after": 40}
    await api.send(10)


async def test_name_and_number_share_one_budget(api: Api) -> None:
    number = (await api.send("@news"))["chat"]["id"]
    await api.send(number)
    await api.send("@News")
    assert (await api.call("sendMessage", chat_id=number, text="x")).status == 429


async def test_two_tokens_share_one_budget(api: Api) -> None:
    for token in ("1:a", "1:b", "1:c"):
        await api.send(token=token)
    assert (await api.call("sendMessage", token="1:d", chat_id=10, text="x")).status == 429


@pytest.mark.parametrize(("method", "params"), PACED)
async def test_what_spends_the_budget(api: Api, method: str, params: dict[str, Any]) -> None:
    for _ in range(3):
        assert (await api.call(method, chat_id=10, **params)).status != 429
    assert (await api.call("sendMessage", chat_id=10, text="x")).status == 429


@pytest.mark.parametrize(("method", "params"), PACED)
async def test_what_is_refused_without_a_budget(api: Api, method: str, params: dict[str, Any]) -> None:
    for _ in range(3):
        await api.send()
    assert (await api.call(method, chat_id=10, **params)).status == 429


@pytest.mark.parametrize(("method", "params"), FREE)
async def test_what_is_free(api: Api, sim: Simulator, method: str, params: dict[str, Any]) -> None:
    for _ in range(40):
        await api.result(method, **params)
    await api.send()
    sim.flood.hold(1, None, 60, sim.clock())
    await api.result(method, **params)


async def test_album_costs_its_items(api: Api, clock: ManualClock) -> None:
    await api.result("sendMediaGroup", chat_id=10, media=ALBUM)
    assert (await api.call("sendMessage", chat_id=10, text="x")).status == 429
    clock.advance(1)
    await api.send()


async def test_edit_without_a_chat_spends_the_bots_budget(api: Api) -> None:
    for _ in range(30):
        await api.result("editMessageText", inline_message_id="a", text="x")
    assert (await api.call("editMessageText", inline_message_id="a", text="x")).status == 429


async def test_limits_of_one_bot(api: Api, sim: Simulator) -> None:
    sim.configure({"bot_limits": {"2": {"chat_burst": 1, "chat_penalty_s": 9}}})
    await api.send(token="2:fake")
    answer = await api.call("sendMessage", token="2:fake", chat_id=10, text="x")
    assert answer.body["parameters"] == {"retry_after": 9}
    for _ in range(3):
        await api.send()
