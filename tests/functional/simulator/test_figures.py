"""What a benchmark reads of one bot, and beginning anew with it."""

import time

import pytest

from local.simulator import BotFigures, Limits, ManualClock, Simulator, SimulatorClient, Storm, World, WorldFaults
from tests.functional.simulator.conftest import Api, off_loop

TIGHT = Limits(chat_burst=1, chat_penalty_s=2, penalty_growth=2, penalty_extends=True)


async def test_figures(api: Api, client: SimulatorClient, sim: Simulator, clock: ManualClock) -> None:
    sim.put_into_world(1, World(limits=TIGHT))
    begin = clock.now
    await api.result("getMe")
    await api.send(10)
    for wait in (0.1, 0.1, 0.3):
        clock.advance(wait)
        assert (await api.call("sendMessage", chat_id=10, text="x")).status == 429
    await api.send(11)
    clock.advance(0.6)
    assert (await api.call("sendMessage", chat_id=12, text="")).status == 400
    found = await off_loop(client.bot_figures, 1)
    shift = time.monotonic() - clock.now
    assert found.first_arrival_monotonic == pytest.approx(begin + shift, abs=5)
    assert found.last_acceptance_monotonic == pytest.approx(begin + 0.5 + shift, abs=5)
    assert found.last_acceptance == pytest.approx(begin + 0.5)
    assert found == BotFigures(
        arrived=6,
        accepted=2,
        refused={"chat": 3},
        during_penalty=2,
        late=1,
        late_since_begin=1,
        faults={},
        peak_arrived=5,
        peak_accepted=2,
        first_arrival=begin,
        last_acceptance=found.last_acceptance,
        first_arrival_monotonic=found.first_arrival_monotonic,
        last_acceptance_monotonic=found.last_acceptance_monotonic,
    )
    assert (await off_loop(client.bot_figures, 1, grace_ms=310)).late == 0
    assert (await off_loop(client.bot_figures, 1, grace_ms=310)).late_since_begin == 1
    assert (await off_loop(client.bot_figures, 1, grace_ms=0)).late == 2
    assert (await off_loop(client.bot_figures, 9)).arrived == 0


async def test_forgotten_bot_begins_anew_in_its_world(
    api: Api, client: SimulatorClient, sim: Simulator, clock: ManualClock
) -> None:
    world = World(limits=TIGHT, faults=WorldFaults(storm=Storm(after_s=5, lasts_s=5, share=1)))
    for bot in (1, 2):
        sim.put_into_world(bot, world)
        await api.send(token=f"{bot}:fake")
        assert (await api.call("sendMessage", token=f"{bot}:fake", chat_id=10, text="x")).status == 429
    clock.advance(0.5)
    await off_loop(client.forget_bot, 1)
    assert (await off_loop(client.bot_figures, 1)).arrived == 0
    assert (await off_loop(client.bot_figures, 2)).arrived == 2
    await api.send()
    assert (await api.call("sendMessage", token="2:fake", chat_id=10, text="x")).status == 429
    clock.advance(4.6)
    await api.send(11)
    assert await off_loop(client.world, 1) == world
    clock.advance(0.5)
    assert (await api.call("sendMessage", chat_id=12, text="x")).status in {500, 502}
