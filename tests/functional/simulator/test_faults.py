"""Every fault, as a caller sees it."""

import asyncio
from typing import Any

import aiohttp
import pytest

from local.simulator import ManualClock, Match, Rule, Simulator
from tests.functional.simulator.conftest import Api

SEND: dict[str, Any] = {"chat_id": 10, "text": "x"}
BLOCKED = "Forbidden: bot was blocked by the user"


def ask(sim: Simulator, action: str, **options: Any) -> None:
    sim.add_fault(Rule.model_validate({"action": action, **options}))


@pytest.mark.parametrize(
    ("rule", "status", "description", "parameters"),
    [
        ({"action": "429", "retry_after": 8}, 429, "Too Many Requests: retry after 8", {"retry_after": 8}),
        (
            {"action": "429_in_400", "retry_after": 8},
            400,
            'Bad Request: failed to send message #1 with the error message "Too Many Requests: retry after 8"',
            None,
        ),
        ({"action": "400", "description": "Bad Request: no rights"}, 400, "Bad Request: no rights", None),
        ({"action": "403"}, 403, BLOCKED, None),
        ({"action": "403", "reason": "deactivated"}, 403, "Forbidden: user is deactivated", None),
        ({"action": "403", "reason": "kicked"}, 403, "Forbidden: bot was kicked from the supergroup chat", None),
        (
            {"action": "migrate", "migrate_to_chat_id": -100_5},
            400,
            "Bad Request: group chat was upgraded to a supergroup chat",
            {"migrate_to_chat_id": -100_5},
        ),
        ({"action": "401"}, 401, "Unauthorized", None),
        ({"action": "413"}, 413, "Request Entity Too Large", None),
        ({"action": "5xx"}, 500, "Internal Server Error", None),
        ({"action": "5xx", "code": 502}, 502, "Bad Gateway", None),
    ],
)
async def test_answers(  # noqa: PLR0917 - pytest names them
    api: Api, sim: Simulator, rule: dict[str, Any], status: int, description: str, parameters: Any
) -> None:
    ask(sim, times=1, **rule)
    answer = await api.call("sendMessage", **SEND)
    assert (answer.status, answer.description) == (status, description)
    assert answer.body.get("parameters") == parameters
    assert sim.accepted.last_seq == 0
    assert sim.bots.get(1).counters.faults == {rule["action"]: 1}
    await api.send()


async def test_conflict(api: Api, sim: Simulator) -> None:
    ask(sim, "409")
    answer = await api.call("getUpdates")
    assert answer.status == 409
    assert answer.description.startswith("Conflict: ")


async def test_gateway_that_answers_without_json(api: Api, sim: Simulator) -> None:
    ask(sim, "5xx", code=502, html=True)
    async with api.session.post(f"{api.url}/bot1:fake/sendMessage", json=SEND) as response:
        assert (response.status, response.content_type) == (502, "text/html")


async def test_rule_is_for_what_it_names(api: Api, sim: Simulator) -> None:
    ask(sim, "403", match={"bot_id": 1, "chat_id": 10, "method": "sendMessage"})
    assert (await api.call("sendMessage", **SEND)).status == 403
    await api.send(11)
    await api.send(10, token="2:fake")
    await api.result("sendChatAction", chat_id=10, action="typing")


@pytest.mark.parametrize(("scope", "same", "other"), [("answer", 200, 200), ("chat", 429, 200), ("bot", 429, 429)])
async def test_429_holds_what_it_is_told_to(  # noqa: PLR0917 - pytest names them
    api: Api, sim: Simulator, clock: ManualClock, scope: str, same: int, other: int
) -> None:
    ask(sim, "429", retry_after=8, scope=scope, times=1)
    assert (await api.call("sendMessage", **SEND)).status == 429
    assert (await api.call("sendMessage", **SEND)).status == same
    assert (await api.call("sendMessage", chat_id=11, text="x")).status == other
    assert sim.bots.get(1).counters.refused["fault"] == 1
    assert sim.bots.get(1).counters.during_penalty == (same == 429) + (other == 429)
    clock.advance(8)
    await api.send(10)
    await api.send(11)


async def test_429_in_400_holds_its_chat_too(api: Api, sim: Simulator) -> None:
    ask(sim, "429_in_400", scope="chat", times=1)
    assert (await api.call("sendMessage", **SEND)).status == 400
    assert (await api.call("sendMessage", **SEND)).status == 429
    await api.send(11)


async def test_penalty_is_seen_before_a_fault(api: Api, sim: Simulator) -> None:
    ask(sim, "429", scope="chat", retry_after=60)
    for _ in range(3):
        assert (await api.call("sendMessage", **SEND)).status == 429
    counters = sim.bots.get(1).counters
    assert (counters.refused, counters.during_penalty) == ({"fault": 1, "chat": 2}, 2)


async def test_reset_before_accepts_nothing(api: Api, sim: Simulator) -> None:
    ask(sim, "reset_before", times=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.send()
    assert sim.accepted.last_seq == 0
    await api.send()


async def test_reset_after_has_accepted(api: Api, sim: Simulator) -> None:
    ask(sim, "reset_after", times=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.send(text="Lost answer")
    assert [record.text for record in sim.accepted] == ["Lost answer"]
    assert sim.bots.get(1).counters.accepted == 1


async def test_reset_is_one_on_the_wire(api: Api, sim: Simulator) -> None:
    ask(sim, "reset_before")
    reader, writer = await asyncio.open_connection(*api.url.removeprefix("http://").split(":"))
    writer.write(b"GET /bot1:fake/getMe HTTP/1.1\r\nHost: x\r\n\r\n")
    with pytest.raises(ConnectionResetError):
        await reader.read()
    writer.close()


async def test_hang_before_accepts_nothing(api: Api, sim: Simulator) -> None:
    ask(sim, "hang_before", seconds=60)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(api.send(), 0.2)
    assert sim.bots.get(1).counters.calls == {"sendMessage": 1}
    assert sim.accepted.last_seq == 0


async def test_hang_before_ends_with_a_reset(api: Api, sim: Simulator) -> None:
    ask(sim, "hang_before", seconds=0.01)
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.send()
    assert sim.accepted.last_seq == 0


async def test_hang_after_has_accepted(api: Api, sim: Simulator) -> None:
    ask(sim, "hang_after", seconds=60, times=1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(api.send(), 0.2)
    assert sim.accepted.last_seq == 1


async def test_hang_after_answers_late(api: Api, sim: Simulator) -> None:
    ask(sim, "hang_after", seconds=0.01)
    assert (await api.send())["text"] == "Hello"


async def test_latency_is_before_arrival(api: Api, sim: Simulator) -> None:
    ask(sim, "latency", latency_ms=60_000, match={"chat_id": 10})
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(api.send(10), 0.1)
    await api.send(11)
    assert sim.bots.get(1).counters.calls == {"sendMessage": 1}


async def test_latency_of_all_calls(api: Api, sim: Simulator) -> None:
    sim.configure({"latency_ms": 40, "jitter_ms": 10})
    started = asyncio.get_running_loop().time()
    await api.send()
    assert 0.04 <= asyncio.get_running_loop().time() - started < 2


async def test_refused_call_draws_no_fault_of_the_application(api: Api, sim: Simulator) -> None:
    sim.configure({"limits": {"chat_burst": 1}})
    await api.send()
    ask(sim, "403", times=1)
    assert (await api.call("sendMessage", **SEND)).status == 429
    assert (await api.call("sendMessage", chat_id=11, text="x")).status == 403


async def test_draws_follow_from_the_seed(api: Api, sim: Simulator) -> None:
    async def outcomes(seed: int) -> list[int]:
        sim.reset()
        sim.configure({"seed": seed})
        sim.add_fault(Rule(action="403", probability=0.5, match=Match(bot_id=1)))
        return [(await api.call("sendMessage", chat_id=chat, text="x")).status for chat in range(1, 25)]

    assert await outcomes(1) == await outcomes(1) != await outcomes(2)
