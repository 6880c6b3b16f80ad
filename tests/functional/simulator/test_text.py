"""sendMessage: what it answers, and what it refuses."""

from typing import Any

import pytest

from local.simulator import ManualClock, Simulator
from tests.functional.simulator.conftest import Api

pytestmark = pytest.mark.usefixtures("unlimited")

MARKUP = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}


async def test_message_object(api: Api, clock: ManualClock) -> None:
    assert await api.send(10, "<b>Hi</b> you", parse_mode="HTML", reply_markup=MARKUP, message_thread_id=4) == {
        "message_id": 1,
        "from": {"id": 1, "is_bot": True, "first_name": "Bot 1", "username": "bot1_bot"},
        "chat": {"id": 10, "type": "private", "first_name": "User 10"},
        "date": int(clock.now),
        "text": "Hi you",
        "entities": [{"type": "bold", "offset": 0, "length": 2}],
        "message_thread_id": 4,
        "is_topic_message": True,
        "reply_markup": MARKUP,
    }


@pytest.mark.parametrize("chat_id", [10, -1_000_000_000_010])
async def test_message_ids_ascend(api: Api, chat_id: int) -> None:
    ids = [(await api.send(chat_id))["message_id"] for _ in range(5)]
    assert ids == [1, 2, 3, 4, 5]


async def test_supergroups_count_for_themselves(api: Api) -> None:
    for chat_id in (10, -1_000_000_000_010, -1_000_000_000_011):
        assert (await api.send(chat_id))["message_id"] == 1
    assert (await api.send(11))["message_id"] == 2


async def test_name_resolves_to_one_supergroup(api: Api) -> None:
    first, second = await api.send("@News"), await api.send("@news")
    assert first["chat"]["id"] == second["chat"]["id"] < -1_000_000_000_000
    assert (await api.send(first["chat"]["id"]))["message_id"] == 3


@pytest.mark.parametrize("text", ["", "   \n ", "<b></b>", "<i> </i>"])
async def test_empty_text(api: Api, text: str) -> None:
    assert await api.refused("sendMessage", chat_id=10, text=text, parse_mode="HTML") == "message text is empty"


@pytest.mark.parametrize("text", ["x" * 4096, "😀" * 2048, f"<b>{'x' * 4096}</b>", f" {'x' * 4096} ", "&lt;" * 4096])
async def test_longest_text(api: Api, text: str) -> None:
    await api.send(text=text, parse_mode="HTML")


@pytest.mark.parametrize("text", ["x" * 4097, "😀" * 2048 + "x", f"<b>{'x' * 4096}</b>x"])
async def test_too_long_a_text(api: Api, text: str) -> None:
    assert await api.refused("sendMessage", chat_id=10, text=text, parse_mode="HTML") == "message is too long"


async def test_markup_that_cannot_be_parsed(api: Api) -> None:
    problem = await api.refused("sendMessage", chat_id=10, text="<b>x", parse_mode="HTML")
    assert problem == "can't parse entities: Can't find end tag corresponding to start tag \"b\""


async def test_tags_are_text_without_a_parse_mode(api: Api) -> None:
    assert (await api.send(text="<b>x"))["text"] == "<b>x"


async def test_entities_of_the_caller(api: Api) -> None:
    entities = [{"type": "bold", "offset": 0, "length": 1}]
    assert (await api.send(text="xy", entities=entities))["entities"] == entities


@pytest.mark.parametrize("chat_id", [0, "0", "news", True])
async def test_what_is_no_chat(api: Api, chat_id: Any) -> None:
    assert await api.refused("sendMessage", chat_id=chat_id, text="x") == "chat not found"


async def test_no_chat_at_all(api: Api) -> None:
    assert await api.refused("sendMessage", text="x") == "chat_id is empty"


async def test_missing_chat(api: Api, sim: Simulator) -> None:
    sim.configure({"missing_chats": [10, "@gone"]})
    for chat_id in (10, "@gone"):
        assert await api.refused("sendMessage", chat_id=chat_id, text="x") == "chat not found"
    await api.send(11)


@pytest.mark.parametrize("how", ["reply_parameters", "reply_to_message_id"])
async def test_reply(api: Api, sim: Simulator, how: str) -> None:
    first = (await api.send(text="First"))["message_id"]
    asked: dict[str, Any] = {how: {"message_id": first} if how == "reply_parameters" else first}
    reply = await api.send(**asked)
    assert reply["reply_to_message"]["text"] == "First"
    assert [record.reply_to for record in sim.accepted] == [None, first]


async def test_reply_to_a_missing_message(api: Api) -> None:
    other = (await api.send(11))["message_id"]
    for target in (other, 99):
        problem = await api.refused("sendMessage", chat_id=10, text="x", reply_parameters={"message_id": target})
        assert problem == "message to be replied not found"


@pytest.mark.parametrize("legacy", [False, True])
async def test_reply_that_may_go_without(api: Api, *, legacy: bool) -> None:
    target = {"message_id": 99, "allow_sending_without_reply": True}
    asked: dict[str, Any] = {"reply_parameters": target}
    if legacy:
        asked = {"reply_to_message_id": 99, "allow_sending_without_reply": True}
    assert "reply_to_message" not in await api.send(**asked)


async def test_markup_is_checked(api: Api) -> None:
    markup = {"inline_keyboard": [[{"text": "x", "callback_data": "y" * 65}]]}
    assert await api.refused("sendMessage", chat_id=10, text="x", reply_markup=markup) == "BUTTON_DATA_INVALID"


async def test_other_keyboards_are_no_part_of_the_message(api: Api, sim: Simulator) -> None:
    assert "reply_markup" not in await api.send(reply_markup={"remove_keyboard": True})
    assert [record.reply_markup for record in sim.accepted] == [{"remove_keyboard": True}]
