"""The admin API, by way of its client."""

import asyncio

import aiohttp
import pytest

from local.simulator import AdminError, Counts, ManualClock, Peak, Rule, Simulator, SimulatorClient
from tests.functional.simulator.conftest import Api, off_loop


async def test_health(client: SimulatorClient) -> None:
    assert await off_loop(client.healthy)
    assert not await off_loop(SimulatorClient("http://127.0.0.1:1").healthy)


async def test_messages_tell_what_was_accepted(api: Api, client: SimulatorClient, clock: ManualClock) -> None:
    markup = {"inline_keyboard": [[{"text": "Yes", "callback_data": "y"}]]}
    sent = (await api.send(text="<b>Hi</b>", parse_mode="HTML", reply_markup=markup))["message_id"]
    await api.call("sendMessage", chat_id=10, text="")
    clock.advance(5)
    await api.result("editMessageText", chat_id=10, message_id=sent, text="New")
    await api.result("deleteMessage", chat_id=10, message_id=sent)
    messages = await off_loop(client.messages)
    assert [(each.seq, each.method, each.message_id, each.text) for each in messages] == [
        (1, "sendMessage", sent, "Hi"),
        (2, "editMessageText", sent, "New"),
        (3, "deleteMessage", sent, "New"),
    ]
    first = messages[0]
    assert (first.time, first.bot_id, first.chat_id, first.reply_markup) == (clock.now - 5, 1, 10, markup)
    assert first.entities == [{"type": "bold", "offset": 0, "length": 2}]


@pytest.mark.usefixtures("unlimited")
async def test_messages_are_filtered_and_limited(api: Api, client: SimulatorClient) -> None:
    for number in range(6):
        await api.send("@news" if number % 2 else 10, str(number), token=f"{number % 3 + 1}:fake")
    texts = [each.text for each in await off_loop(client.messages, chat_id="@news")]
    assert texts == ["1", "3", "5"]
    texts = [each.text for each in await off_loop(client.messages, bot_id=1, chat_id=10)]
    assert texts == ["0"]
    texts = [each.text for each in await off_loop(client.messages, after=2, limit=3)]
    assert texts == ["2", "3", "4"]
    assert await off_loop(client.messages, method="sendPhoto") == []
    assert await off_loop(client.last_seq) == 6


async def test_wait_for_messages(api: Api, client: SimulatorClient) -> None:
    waiting = asyncio.create_task(off_loop(client.wait_for_messages, 2, bot_id=1, timeout_s=20))
    await api.send(text="first")
    await api.send(text="other", token="2:fake")
    assert not waiting.done()
    await api.send(text="second")
    assert [each.text for each in await waiting] == ["first", "second"]


async def test_wait_for_too_many_messages(api: Api, client: SimulatorClient) -> None:
    await api.send()
    with pytest.raises(TimeoutError, match="1 of 2 messages"):
        await off_loop(client.wait_for_messages, 2, timeout_s=0.05)


async def test_counters(api: Api, client: SimulatorClient, clock: ManualClock) -> None:
    for _ in range(5):
        await api.call("sendMessage", chat_id=10, text="x")
    await api.result("getMe")
    await api.call("sendMessage", chat_id=0, text="x")
    clock.advance(1)
    await api.send(10, token="2:fake")
    counts = await off_loop(client.counters, 1)
    assert counts == Counts(
        calls={"sendMessage": 6, "getMe": 1},
        accepted=4,
        refused={"chat": 2},
        during_penalty=1,
        errors={"429": 2, "400": 1},
        faults={},
        peaks={
            "arrived_per_second": 6,
            "accepted_per_second": 4,
            "chat_per_second": {"chat_id": 10, "count": 5},
            "chat_per_minute": {"chat_id": 10, "count": 5},
        },
    )
    total = await off_loop(client.counters)
    assert (total.accepted, total.calls, total.peaks) == (5, {"sendMessage": 7, "getMe": 1}, None)
    assert (await off_loop(client.counters, 3)).calls == {}


async def test_peak_of_a_chat(api: Api, client: SimulatorClient, clock: ManualClock) -> None:
    await api.send("@news")
    for _ in range(2):
        clock.advance(10)
        await api.send("@news")
        await api.send("@news")
    assert await off_loop(client.chat_peak, 1, "@news") == Peak(per_second=2, per_minute=5)
    assert await off_loop(client.chat_peak, 1, 99) == Peak(0, 0)


async def test_refusals(api: Api, client: SimulatorClient, clock: ManualClock) -> None:
    for _ in range(4):
        await api.call("sendMessage", chat_id=10, text="x")
    clock.advance(0.5)
    await api.call("sendMessage", chat_id=10, text="x")
    refusals = await off_loop(client.refusals, bot_id=1, chat_id=10)
    assert [(each.scope, each.retry_after, each.during) for each in refusals] == [("chat", 1, None), ("chat", 1, 0.5)]


async def test_faults_come_and_go(api: Api, client: SimulatorClient) -> None:
    first = await off_loop(client.fault, "403", chat_id=10, times=1, reason="deactivated")
    second, third = await off_loop(client.add_faults, Rule(action="5xx", code=503), Rule(action="401"))
    assert (await api.call("sendMessage", chat_id=10, text="x")).status == 503
    await off_loop(client.clear_faults, second)
    assert [rule["id"] for rule in await off_loop(client.faults)] == [first, third]
    assert (await api.call("sendMessage", chat_id=10, text="x")).status == 401
    await off_loop(client.clear_faults, third)
    assert (await api.call("sendMessage", chat_id=10, text="x")).description == "Forbidden: user is deactivated"
    await api.send()
    (rule,) = await off_loop(client.faults)
    assert (rule["action"], rule["matched"], rule["hits"]) == ("403", 2, 1)
    await off_loop(client.clear_faults)
    assert await off_loop(client.faults) == []


async def test_config_is_changed_in_part(api: Api, client: SimulatorClient) -> None:
    settings = await off_loop(client.configure, limits={"chat_burst": 1}, missing_chats=[7])
    assert settings == await off_loop(client.config)
    assert (settings["limits"]["chat_burst"], settings["limits"]["bot_per_second"]) == (1, 30)
    await api.send()
    assert (await api.call("sendMessage", chat_id=10, text="x")).status == 429
    assert (await api.call("sendMessage", chat_id=7, text="x")).status == 400


async def test_what_the_admin_api_refuses(client: SimulatorClient) -> None:
    with pytest.raises(AdminError, match="400"):
        await off_loop(client.configure, limits={"bot_per_minute": 1})
    with pytest.raises(AdminError, match="400"):
        await off_loop(client.messages, chat_id="nowhere")
    with pytest.raises(AdminError, match="404"):
        await off_loop(client._call, "GET", "nothing")


@pytest.mark.parametrize(
    ("verb", "path", "body"),
    [
        ("PUT", "config", b"[]"),
        ("PUT", "config", b"{"),
        ("POST", "faults", b'{"action": "explode"}'),
        ("POST", "faults", b"5"),
        ("GET", "messages?bot_id=x", None),
        ("GET", "messages?wait_count=1&timeout=x", None),
        ("POST", "bots/1/revoke", b"[]"),
    ],
)
async def test_malformed_admin_calls(api: Api, verb: str, path: str, body: bytes | None) -> None:
    async with api.session.request(verb, f"{api.url}/_sim/{path}", data=body) as response:
        assert response.status == 400


async def test_revoke_and_restore(api: Api, client: SimulatorClient) -> None:
    await off_loop(client.revoke, 1)
    assert (await api.call("getMe")).status == 401
    await off_loop(client.restore, 1)
    await off_loop(client.revoke, 1, "1:fake")
    assert (await api.call("getMe")).status == 401
    assert (await api.call("getMe", token="1:new")).status == 200
    assert (await off_loop(client.counters, 1)).errors == {"401": 2}


async def test_reset_forgets_everything(api: Api, client: SimulatorClient, sim: Simulator) -> None:
    await off_loop(client.configure, limits={"chat_burst": 1}, missing_chats=[7])
    await off_loop(client.fault, "403", chat_id=99)
    await off_loop(client.revoke, 2)
    await api.send()
    await api.call("sendMessage", chat_id=10, text="x")
    await off_loop(client.reset)
    assert await off_loop(client.messages) == []
    assert await off_loop(client.refusals) == []
    assert await off_loop(client.faults) == []
    assert (await off_loop(client.counters)).calls == {}
    assert sim.settings.limits.chat_burst == 3
    assert (await api.send())["message_id"] == 1
    await api.send(7)
    await api.send(token="2:fake")


async def test_revoke_takes_an_empty_body(api: Api) -> None:
    async with aiohttp.request("POST", f"{api.url}/_sim/bots/1/revoke") as response:
        assert response.status == 200
    assert (await api.call("getMe")).status == 401
