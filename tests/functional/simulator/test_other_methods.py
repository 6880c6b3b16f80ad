"""Chats, callbacks, webhooks."""

import pytest

from local.simulator import Simulator
from tests.functional.simulator.conftest import Api


async def test_chat_action_leaves_no_message(api: Api, sim: Simulator) -> None:
    assert await api.result("sendChatAction", chat_id=10, action="typing") is True
    assert sim.accepted.last_seq == 0
    assert await api.refused("sendChatAction", chat_id=10) == "wrong parameter action in request"


async def test_get_chat(api: Api) -> None:
    chat = await api.result("getChat", chat_id="@news")
    assert (chat["type"], chat["username"]) == ("supergroup", "news")
    assert await api.refused("getChat", chat_id=0) == "chat not found"


async def test_answer_to_a_callback(api: Api) -> None:
    assert await api.result("answerCallbackQuery", callback_query_id="1", text="x" * 200) is True
    assert await api.refused("answerCallbackQuery", callback_query_id="1", text="x" * 201) == "MESSAGE_TOO_LONG"
    assert (await api.refused("answerCallbackQuery")).startswith("query is too old")


@pytest.mark.parametrize("method", ["pinChatMessage", "setMessageReaction"])
async def test_what_is_only_answered(api: Api, method: str) -> None:
    assert await api.result(method, chat_id=10, message_id=1) is True
    assert await api.refused(method, chat_id=0) == "chat not found"


async def test_webhook_is_stored(api: Api) -> None:
    webhook = {"url": "http://127.0.0.1:1/hook", "max_connections": 7, "allowed_updates": ["message"]}
    await api.result("setWebhook", **webhook, secret_token="secret")
    info = await api.result("getWebhookInfo")
    assert webhook.items() <= info.items()
    assert "secret" not in str(info)
    assert (await api.result("getWebhookInfo", token="2:fake"))["url"] == ""


async def test_updates_and_a_webhook_exclude_each_other(api: Api) -> None:
    assert await api.result("getUpdates") == []
    await api.result("setWebhook", url="https://example.com/hook")
    answer = await api.call("getUpdates")
    assert answer.status == 409
    assert answer.description.startswith("Conflict: can't use getUpdates method while webhook is active")
    await api.result("deleteWebhook")
    assert await api.result("getUpdates") == []


async def test_webhook_without_a_url_is_none(api: Api) -> None:
    await api.result("setWebhook", url="https://example.com/hook")
    await api.result("setWebhook", url="")
    assert (await api.result("getWebhookInfo"))["url"] == ""


async def test_webhook_that_is_refused(api: Api) -> None:
    problem = await api.refused("setWebhook", url="ftp://example.com")
    assert problem == "bad webhook: An HTTPS URL must be provided for webhook"
    problem = await api.refused("setWebhook", url="https://example.com", secret_token="no spaces")
    assert problem == "secret token contains unallowed characters"
