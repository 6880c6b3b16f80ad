"""How the Bot API is spoken to: paths, tokens, bodies, answers."""

import io
import json

import aiohttp
import pytest

from local.simulator import Simulator
from tests.functional.simulator.conftest import Api

PARAMS = {"chat_id": "10", "text": "Hello"}
MARKUP = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}


async def test_get_with_a_query(api: Api) -> None:
    async with api.session.get(f"{api.url}/bot1:fake/sendMessage", params=PARAMS) as response:
        assert (await response.json())["result"]["text"] == "Hello"


async def test_form(api: Api) -> None:
    form = {**PARAMS, "reply_markup": json.dumps(MARKUP)}
    async with api.session.post(f"{api.url}/bot1:fake/sendMessage", data=form) as response:
        result = (await response.json())["result"]
    assert (result["text"], result["reply_markup"]) == ("Hello", MARKUP)


async def test_multipart(api: Api) -> None:
    form = aiohttp.FormData({**PARAMS, "reply_markup": json.dumps(MARKUP)}, default_to_multipart=True)
    async with api.session.post(f"{api.url}/bot1:fake/sendMessage", data=form) as response:
        result = (await response.json())["result"]
    assert (result["text"], result["reply_markup"]) == ("Hello", MARKUP)


async def test_post_without_a_body(api: Api) -> None:
    async with api.session.post(f"{api.url}/bot1:fake/getMe") as response:
        assert (await response.json())["result"]["id"] == 1


@pytest.mark.parametrize(("body", "problem"), [(b"{", "can't parse JSON object"), (b"[]", "object expected")])
async def test_broken_json(api: Api, body: bytes, problem: str) -> None:
    headers = {"Content-Type": "application/json"}
    async with api.session.post(f"{api.url}/bot1:fake/getMe", data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["description"] == f"Bad Request: {problem}"


async def test_too_large_a_body(api: Api) -> None:
    body, headers = io.BytesIO(b"x" * 17_000_000), {"Content-Type": "application/json"}
    async with api.session.post(f"{api.url}/bot1:fake/sendMessage", data=body, headers=headers) as response:
        assert response.status == 413
        assert (await response.json())["description"] == "Request Entity Too Large"


@pytest.mark.parametrize("method", ["getme", "GETME", "GetMe"])
async def test_method_names_ignore_case(api: Api, method: str) -> None:
    assert (await api.result(method))["id"] == 1


@pytest.mark.parametrize("method", ["explode", "messageSend", ""])
async def test_unknown_method(api: Api, method: str) -> None:
    answer = await api.call(method)
    assert (answer.status, answer.body) == (404, {"ok": False, "error_code": 404, "description": "Not Found"})


async def test_new_sending_method_is_taken(api: Api) -> None:
    message = await api.result("sendHologram", chat_id=10)
    assert message["chat"]["id"] == 10
    assert message["message_id"] == 1


@pytest.mark.parametrize("token", ["fake", "x:fake", "1:", ":fake", "-1:fake"])
async def test_malformed_token(api: Api, token: str) -> None:
    answer = await api.call("getMe", token=token)
    assert (answer.status, answer.description) == (404, "Not Found")


async def test_get_me(api: Api) -> None:
    assert await api.result("getMe", token="42:fake") == {
        "id": 42,
        "is_bot": True,
        "first_name": "Bot 42",
        "username": "bot42_bot",
        "can_join_groups": True,
        "can_read_all_group_messages": False,
        "supports_inline_queries": False,
    }


async def test_two_tokens_of_one_bot_share_its_messages(api: Api) -> None:
    message = await api.send(token="1:fake")
    await api.result("editMessageText", token="1:other", chat_id=10, message_id=message["message_id"], text="New")


async def test_revoked_bot_is_unauthorized_until_it_is_restored(api: Api, sim: Simulator) -> None:
    sim.bots.revoke(1)
    for token in ("1:fake", "1:other"):
        answer = await api.call("sendMessage", token=token, chat_id=10, text="Hello")
        assert (answer.status, answer.description) == (401, "Unauthorized")
    await api.send(token="2:fake")
    sim.bots.restore(1)
    await api.send()


async def test_revoked_token_leaves_the_bot_its_others(api: Api, sim: Simulator) -> None:
    sim.bots.revoke(1, "1:old")
    assert (await api.call("getMe", token="1:old")).status == 401
    assert (await api.call("getMe", token="1:new")).status == 200
    sim.bots.restore(1)
    assert (await api.call("getMe", token="1:old")).status == 200
