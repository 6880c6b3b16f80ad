"""Users speak, and webhooks hear: in order for each chat, side by side across chats, again until somebody takes it."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from local.simulator import AdminError, ManualClock, Simulator, SimulatorClient
from local.simulator.deliveries import _retry_after
from tests.functional.simulator.conftest import Api, off_loop

BOT = 1


@dataclass
class Hook:
    """A webhook that remembers what it heard.

    Attributes:
        statuses: What it answers to each chat's next deliveries; then 200.
        hold: While it is set, answers wait for it to be cleared.
    """

    url: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    statuses: dict[int, list[int]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    gate: asyncio.Event = field(default_factory=asyncio.Event)
    open_now: int = 0
    open_most: int = 0

    async def answer(self, request: web.Request) -> web.Response:
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)
        await self.gate.wait()
        self.open_now -= 1
        update = await request.json()
        self.heard.append(update)
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        chat = update.get("message", {}).get("chat", {}).get("id", 0)
        planned = self.statuses.get(chat)
        return web.Response(status=planned.pop(0) if planned else 200, headers=self.headers)

    def texts(self, chat_id: int) -> list[str]:
        return [one["message"]["text"] for one in self.heard if one["message"]["chat"]["id"] == chat_id]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    found = Hook()
    found.gate.set()
    app = web.Application()
    app.router.add_post("/hook", found.answer)
    async with TestServer(app) as server:
        found.url = str(server.make_url("/hook"))
        yield found


@pytest.fixture(autouse=True)
def quick(sim: Simulator) -> None:
    sim.configure({"webhooks": {"pause_scale": 0.001}})


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - nobody announces it
            await asyncio.sleep(0.005)


async def test_what_is_said_arrives_with_the_secret(api: Api, client: SimulatorClient, hook: Hook) -> None:
    await api.result("setWebhook", url=hook.url, secret_token="fake-secret")

    update_id = await off_loop(client.say, BOT, 5, "/start now")
    (delivery,) = await off_loop(client.wait_for_deliveries, 1, bot_id=BOT)

    (update,) = hook.heard
    assert update["update_id"] == update_id == delivery.update_id
    assert update["message"]["from"]["id"] == update["message"]["chat"]["id"] == 5
    assert update["message"]["entities"] == [{"type": "bot_command", "offset": 0, "length": 6}]
    assert hook.secrets == ["fake-secret"]
    assert (delivery.status, delivery.attempt, delivery.method, delivery.chat_id) == (200, 1, "message", 5)
    assert await off_loop(client.pending, BOT) == 0


async def test_a_chat_waits_for_its_update_and_no_other_does(api: Api, client: SimulatorClient, hook: Hook) -> None:
    hook.statuses[5] = [500, 401, 404]
    await api.result("setWebhook", url=hook.url)
    said = [{"bot_id": BOT, "chat_id": chat, "text": f"{n}"} for n in range(3) for chat in (5, 6)]

    await off_loop(client.do, *said)
    deliveries = await off_loop(client.wait_for_deliveries, 9, bot_id=BOT)

    assert hook.texts(5) == ["0", "0", "0", "0", "1", "2"]
    assert hook.texts(6) == ["0", "1", "2"]
    of_chat = [(one.attempt, one.status) for one in deliveries if one.chat_id == 5]
    assert of_chat[:4] == [(1, 500), (2, 401), (3, 404), (4, 200)]
    info = await off_loop(client.webhook_info, BOT)
    assert info["last_error_message"] == "Wrong response from the webhook: 404 Not Found"


async def test_connections_are_as_many_as_were_allowed(api: Api, client: SimulatorClient, hook: Hook) -> None:
    await api.result("setWebhook", url=hook.url, max_connections=3)
    hook.gate.clear()
    await off_loop(client.do, *({"bot_id": BOT, "chat_id": chat, "text": "x"} for chat in range(1, 9)))
    await until(lambda: hook.open_now == 3)
    await asyncio.sleep(0.05)
    hook.gate.set()
    await off_loop(client.wait_for_deliveries, 8)

    assert hook.open_most == 3


async def test_updates_wait_for_a_webhook_and_pauses_end_with_a_new_one(
    api: Api, client: SimulatorClient, sim: Simulator, hook: Hook
) -> None:
    await off_loop(client.say, BOT, 5, "first")
    assert await off_loop(client.pending, BOT) == 1
    sim.configure({"webhooks": {"pause_scale": 1000}})
    await api.result("setWebhook", url="http://127.0.0.1:1/nobody")
    failed = await off_loop(client.wait_for_deliveries, 2)
    assert [one.status for one in failed] == [None, None]
    assert "Connection failed" in (await off_loop(client.webhook_info, BOT))["last_error_message"]

    await api.result("setWebhook", url=hook.url)
    await off_loop(client.wait_for_deliveries, 3)

    assert hook.texts(5) == ["first"]


async def test_updates_without_a_webhook_can_be_fetched(api: Api, client: SimulatorClient) -> None:
    for text in ("a", "b"):
        await off_loop(client.say, BOT, 5, text)

    first, second = await api.result("getUpdates")

    assert [one["message"]["text"] for one in (first, second)] == ["a", "b"]
    assert await api.result("getUpdates", offset=second["update_id"]) == [second]
    assert await off_loop(client.pending, BOT) == 1


@pytest.mark.parametrize("method", ["setWebhook", "deleteWebhook"])
async def test_pending_updates_are_dropped_if_asked(api: Api, client: SimulatorClient, hook: Hook, method: str) -> None:
    await off_loop(client.say, BOT, 5, "old")
    parameters = {"url": hook.url} if method == "setWebhook" else {}

    await api.result(method, **parameters, drop_pending_updates=True)

    assert await off_loop(client.pending, BOT) == 0
    assert hook.heard == []


async def test_after_a_day_an_update_is_dropped(
    api: Api, client: SimulatorClient, clock: ManualClock, hook: Hook
) -> None:
    await off_loop(client.say, BOT, 5, "old")
    clock.advance(24 * 3600)
    await off_loop(client.say, BOT, 5, "new")

    await api.result("setWebhook", url=hook.url)
    await off_loop(client.wait_for_deliveries, 1)

    assert hook.texts(5) == ["new"]


async def test_a_button_is_pressed(api: Api, client: SimulatorClient, hook: Hook) -> None:
    await api.result("setWebhook", url=hook.url)
    markup = {"inline_keyboard": [[{"text": "Yes", "callback_data": "yes"}]]}
    message = await api.send(5, "Sure?", reply_markup=markup)

    await off_loop(client.press, BOT, 5, message["message_id"], "yes")
    await off_loop(client.wait_for_deliveries, 1)

    query = hook.heard[0]["callback_query"]
    assert (query["data"], query["from"]["id"], query["message"]) == ("yes", 5, message)
    with pytest.raises(AdminError, match="no such button"):
        await off_loop(client.press, BOT, 5, message["message_id"], "no")


async def test_in_a_group_a_bot_hears_what_is_for_it(api: Api, client: SimulatorClient, sim: Simulator) -> None:
    sent = await api.send(-7, "I am here")

    assert await off_loop(client.say, BOT, -7, "chatter") is None
    for text in ("/help", "hey @bot1_bot"):
        assert await off_loop(client.say, BOT, -7, text) is not None
    assert await off_loop(client.say, BOT, -7, "answer", reply_to=sent["message_id"], user_id=9) is not None
    assert (await api.result("getMe"))["can_read_all_group_messages"] is False
    sim.configure({"reads_groups": True})
    assert await off_loop(client.say, BOT, -7, "chatter") is not None
    assert (await api.result("getMe"))["can_read_all_group_messages"] is True


async def test_a_bot_gets_the_kinds_that_it_asks_for(api: Api, client: SimulatorClient, hook: Hook) -> None:
    member = {"chat": {"id": -7}, "from": {"id": 5}}
    assert await off_loop(client.happen, BOT, "chat_member", member) is None
    await api.result("setWebhook", url=hook.url, allowed_updates=["chat_member"])

    assert await off_loop(client.say, BOT, 5, "Hello") is None
    assert await off_loop(client.happen, BOT, "chat_member", member) is not None
    (delivery,) = await off_loop(client.wait_for_deliveries, 1)
    assert (delivery.chat_id, delivery.method) == (-7, "chat_member")


async def test_reset_forgets_updates_but_no_number(api: Api, client: SimulatorClient) -> None:
    await api.result("setWebhook", url="http://127.0.0.1:1/nobody")
    before = await off_loop(client.say, BOT, 5, "old")
    await off_loop(client.reset)

    assert await off_loop(client.pending, BOT) == 0
    after = await off_loop(client.say, BOT, 5, "new")
    assert before is not None
    assert after == before + 1


async def test_retry_after_is_heeded(api: Api, client: SimulatorClient, sim: Simulator, hook: Hook) -> None:
    sim.configure({"webhooks": {"pause_scale": 0.01}})
    hook.statuses[5] = [503]
    hook.headers = {"Retry-After": "20"}
    await api.result("setWebhook", url=hook.url)

    began = asyncio.get_running_loop().time()
    await off_loop(client.say, BOT, 5, "x")
    await off_loop(client.wait_for_deliveries, 2)

    assert asyncio.get_running_loop().time() - began >= 0.2
    assert [_retry_after({"Retry-After": text}) for text in ("", "soon", "-1", "7", "99999")] == [0, 0, 0, 7, 3600]


@pytest.mark.parametrize(
    "deed",
    [
        {},
        {"chat_id": 5},
        {"chat_id": 5, "text": "a", "data": "b"},
        {"chat_id": "?", "text": "a"},
        {"update": {}},
        {"update": {"message": {}, "poll": {}}},
    ],
    ids=json.dumps,
)
async def test_a_deed_is_one_thing(client: SimulatorClient, deed: dict[str, Any]) -> None:
    with pytest.raises(AdminError, match="400"):
        await off_loop(client.do, {"bot_id": BOT, **deed})


async def test_a_bot_answers_a_users_message_and_cant_edit_it(client: SimulatorClient, api: Api) -> None:
    await off_loop(client.say, BOT, 5, "question")

    answer = await api.send(5, "x", reply_parameters={"message_id": 1})

    assert (answer["reply_to_message"]["text"], answer["reply_to_message"]["from"]["id"]) == ("question", 5)
    assert "can't be edited" in await api.refused("editMessageText", chat_id=5, message_id=1, text="mine")
