"""Hidden worlds and a bot's figures over HTTP."""

import re
from typing import Any

import aiohttp
import pytest

from local.simulator import (
    AdminError,
    InProcessWorld,
    Limits,
    ManualClock,
    Rule,
    Simulator,
    SimulatorClient,
    Storm,
    World,
    WorldFaults,
)
from tests.functional.simulator.conftest import Api, off_loop

PHOTO = "https://example.com/a.jpg"
ALBUM = [{"type": "photo", "media": PHOTO}] * 3
WRAPPED = re.compile(
    r'Bad Request: failed to send message #1 with the error message "Too Many Requests: retry after (\d+)"'
)
TIGHT = Limits(chat_burst=1, chat_penalty_s=2, penalty_growth=2, penalty_extends=True)
WIDE = Limits(bot_per_second=10_000, chat_burst=10_000)


def live(sim: Simulator, bot_id: int = 1, *, limits: Limits = WIDE, **faults: Any) -> None:
    sim.put_into_world(bot_id, World(seed=5, limits=limits, faults=WorldFaults(**faults)))


async def ending(api: Api, chat_id: int = 10, method: str = "sendMessage", **params: Any) -> str:
    """What a caller sees: a status, or `reset`."""
    try:
        return str((await api.call(method, chat_id=chat_id, **params)).status)
    except aiohttp.ClientConnectionError:
        return "reset"


async def test_world_is_drawn_and_shown_to_who_tests(client: SimulatorClient) -> None:
    assert await off_loop(client.put_into_world, 1, 7) == World.drawn(7)
    assert await off_loop(client.put_into_world, 2, 7, calm=True) == World.drawn(7, calm=True)
    assert await off_loop(client.world, 1) == World.drawn(7)
    assert await off_loop(client.world, 2) == World.drawn(7, calm=True)
    assert await off_loop(client.world, 3) is None


async def test_bot_lives_by_its_worlds_limits_and_others_do_not(api: Api, client: SimulatorClient) -> None:
    world = await off_loop(client.put_into_world, 1, 7, calm=True)
    await off_loop(client.configure, bot_limits={"1": {"bot_per_second": 1}})
    for bot, limit in ((1, world.limits.bot_per_second), (2, 30)):
        statuses = [
            (await api.call("sendMessage", token=f"{bot}:fake", chat_id=chat, text="x")).status
            for chat in range(1, limit + 2)
        ]
        assert statuses == [200] * limit + [429]
    assert world.limits.bot_per_second != 30


async def test_bot_that_left_its_world_is_back_under_the_settings(
    api: Api, client: SimulatorClient, sim: Simulator
) -> None:
    for bot in (1, 2, 3):
        live(sim, bot, reset_before=1)
    await off_loop(client.leave_world, 1)
    await api.send(11)
    assert await off_loop(client.world, 1) is None
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.send(token="2:fake")
    await off_loop(client.leave_world)
    await api.send(token="3:fake")


async def test_reset_of_the_simulator_ends_all_worlds(api: Api, client: SimulatorClient, sim: Simulator) -> None:
    live(sim, reset_before=1)
    await off_loop(client.reset)
    await api.send()
    assert await off_loop(client.world, 1) is None


async def test_wrapped_refusals_are_real_ones(api: Api, sim: Simulator, clock: ManualClock) -> None:
    live(sim, limits=TIGHT, wrapped=0.5)
    await api.send()
    answer = await api.call("sendMediaGroup", chat_id=10, media=ALBUM)
    found = WRAPPED.fullmatch(answer.description)
    assert answer.status == 400
    assert "parameters" not in answer.body
    assert "Retry-After" not in answer.headers
    assert found is not None
    clock.advance(int(found[1]) - 0.01)
    assert sim.flood.chats[1, 10].penalty.until > clock.now
    clock.advance(0.01)
    await api.send()
    counters = sim.bots.get(1).counters
    assert (counters.refused, counters.faults, counters.errors) == ({"chat": 1}, {"429_in_400": 1}, {"400": 1})


async def test_share_of_other_refusals_is_wrapped(api: Api, sim: Simulator) -> None:
    live(sim, limits=TIGHT, wrapped=0.5)
    await api.send()
    found = [await ending(api, text="x") for _ in range(40)]
    assert set(found) == {"400", "429"}
    assert sim.figures(1).refused == {"chat": 40}
    live(sim, 2, limits=TIGHT)
    await api.send(token="2:fake")
    assert (await api.call("sendMediaGroup", token="2:fake", chat_id=10, media=ALBUM)).status == 429


async def test_lost_answer_is_accepted(api: Api, sim: Simulator) -> None:
    live(sim, lost_answer=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.send(text="Lost answer")
    await api.send(token="2:fake")
    assert [(record.bot_id, record.text) for record in sim.accepted] == [(1, "Lost answer"), (2, "Hello")]
    assert (sim.figures(1).accepted, sim.figures(1).faults) == (1, {"reset_after": 1})


async def test_reset_accepts_nothing(api: Api, sim: Simulator) -> None:
    live(sim, reset_before=1)
    with pytest.raises(aiohttp.ClientConnectionError):
        await api.send()
    assert sim.accepted.last_seq == 0
    assert (sim.figures(1).arrived, sim.figures(1).accepted, sim.figures(1).faults) == (1, 0, {"reset_before": 1})


async def test_storm_begins_and_ends(api: Api, sim: Simulator, clock: ManualClock) -> None:
    live(sim, storm=Storm(after_s=3, lasts_s=2, share=1))
    clock.advance(60)
    found = []
    for _ in range(8):
        found.append([await ending(api, text="x") for _ in range(12)])
        clock.advance(1)
    calm, storm = {"200"}, {"500", "502"}
    assert [set(each) for each in found] == [calm, calm, calm, storm, storm, calm, calm, calm]


async def test_calls_without_a_budget_meet_no_world(api: Api, sim: Simulator) -> None:
    live(sim, reset_before=1, storm=Storm(after_s=0, lasts_s=60, share=1))
    await api.result("getMe")
    assert (sim.figures(1).arrived, sim.figures(1).first_arrival) == (0, None)


async def test_penalty_grows_for_who_goes_on(api: Api, sim: Simulator, clock: ManualClock) -> None:
    live(sim, limits=TIGHT)
    await api.send()
    told = [(await api.call("sendMessage", chat_id=10, text="x")).body["parameters"]["retry_after"] for _ in range(5)]
    assert told == [2, 4, 8, 16, 32]
    clock.advance(31)
    assert await ending(api, text="x") == "429"
    clock.advance(64)
    assert await ending(api, text="x") == "200"


async def test_rules_still_serve_in_a_world(api: Api, sim: Simulator) -> None:
    live(sim)
    sim.add_fault(Rule(action="403", times=1))
    assert [await ending(api, text="x") for _ in range(2)] == ["403", "200"]


async def test_bot_meets_the_same_in_process(api: Api, sim: Simulator, clock: ManualClock) -> None:
    faults = WorldFaults(wrapped=0.3, lost_answer=0.1, reset_before=0.1, storm=Storm(after_s=0.2, lasts_s=3, share=0.5))
    world = World.drawn(3).model_copy(update={"faults": faults})
    sim.put_into_world(1, world)
    inner = InProcessWorld(world)
    for number in range(300):
        album, chat = number % 5 == 0, number % 7 - 3 or 9
        method, cost = ("sendMediaGroup", 3) if album else ("sendMessage", 1)
        outcome = inner.answer(clock.now, 1, chat, method, cost)
        refused = "400" if outcome.wrapped else "429"
        names = {"accepted": "200", "refused": refused, "lost_answer": "reset", "reset": "reset"}
        seen = await ending(api, chat, method, text="x", media=ALBUM)
        assert seen == names.get(outcome.ending, str(outcome.code)), number
        clock.advance(0.05 if number % 50 < 40 else 2)
    shown, alike = sim.figures(1), inner.figures(1)
    for name in ("arrived", "accepted", "refused", "during_penalty", "late", "late_since_begin", "faults"):
        assert getattr(shown, name) == getattr(alike, name), name
    assert set(shown.faults) == {"429_in_400", "reset_before", "reset_after", "5xx"}


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"bot_id": 1}', b'{"bot_id": 1, "seed": 7, "clam": true}'])
async def test_malformed_worlds(api: Api, body: bytes) -> None:
    async with api.session.post(f"{api.url}/_sim/worlds", data=body) as response:
        assert response.status == 400


async def test_malformed_questions(client: SimulatorClient) -> None:
    for verb, path, name in (("GET", "bots/1/figures", "grace_ms"), ("DELETE", "worlds", "bot_id")):
        with pytest.raises(AdminError, match="400"):
            await off_loop(client._call, verb, path, query={name: "x"})
