"""`pause_bot` and `resume_bot`: the row, then the mappings, from any state that a bot can be in."""

import pytest
from pydantic import SecretStr

from courier.contracts.control import AddBot, PauseBot, ResumeBot
from courier.errors import RefusedMessageError
from courier.state.bots import Status, Switch
from tests.support.bots import active_bot
from tests.unit.control.world import Crash, World

PAUSE, RESUME = PauseBot(bot_id=1), ResumeBot(bot_id=1)


async def world_with_a_bot() -> World:
    world = World()
    await world.do(AddBot(bot_id=1, token=SecretStr("1:secret")))
    world.steps.clear()
    return world


async def test_pausing_turns_the_row_then_the_mappings() -> None:
    world = await world_with_a_bot()

    bot = await world.do(PAUSE)

    assert world.steps == ["read", "write paused", "make queues", "unmap", "unmap"]
    assert not bot.is_active
    assert world.bots.rows[1] == bot


async def test_resuming_turns_the_row_then_the_mappings() -> None:
    world = await world_with_a_bot()
    before = world.state()
    await world.do(PAUSE)
    world.steps.clear()

    await world.do(RESUME)

    assert world.steps == ["read", "write active", "make queues", "map", "map"]
    assert world.state() == before


@pytest.mark.parametrize("wanted", [PAUSE, RESUME], ids=["pause", "resume"])
async def test_twice_is_as_good_as_once(wanted: PauseBot | ResumeBot) -> None:
    world = await world_with_a_bot()
    await world.do(wanted)
    before = world.state()
    world.now += 60

    await world.do(wanted)

    assert world.state() == before


async def test_a_stopped_bots_token_is_tried_once_more() -> None:
    world = await world_with_a_bot()
    world.bots.stop(world.bots.rows[1], "Telegram refuses the token")

    bot = await world.do(RESUME)

    assert (bot.status, bot.reason) == (Status.ACTIVE, None)


async def test_under_the_stop_switch_a_resumed_bots_mappings_stay_off() -> None:
    world = await world_with_a_bot()
    world.bots.turn(Switch(is_off=True))

    await world.do(PAUSE)
    await world.do(RESUME)

    assert world.bots.rows[1].is_active
    assert set(world.mappings.values()) == {False}


@pytest.mark.parametrize("wanted", [PAUSE, RESUME], ids=["pause", "resume"])
@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (None, "no bot 1 is known; send add_bot with its token first"),
        (Status.REMOVED, "no bot 1 is known; send add_bot with its token first"),
        (Status.REMOVING, "bot 1 is being removed"),
        (Status.ADDING, "bot 1 was never ready; send add_bot with its token once more"),
    ],
)
async def test_what_cant_be_turned_is_refused_with_what_to_do(
    wanted: PauseBot | ResumeBot, status: Status | None, reason: str
) -> None:
    world = World()
    if status is not None:
        world.bots.put(active_bot().model_copy(update={"status": status}))
    before = world.state()

    with pytest.raises(RefusedMessageError, match=reason):
        await world.do(wanted)

    assert world.state() == before


@pytest.mark.parametrize("wanted", [PAUSE, RESUME], ids=["pause", "resume"])
@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 6))
async def test_a_crash_at_any_step_costs_only_time(wanted: PauseBot | ResumeBot, step: int, *, is_late: bool) -> None:
    async def turned_the_other_way() -> World:
        world = await world_with_a_bot()
        await world.do(RESUME if wanted is PAUSE else PAUSE)
        world.steps.clear()
        return world

    smooth, world = await turned_the_other_way(), await turned_the_other_way()
    await smooth.do(wanted)
    world.crash_at, world.is_late = step, is_late
    with pytest.raises(Crash):
        await world.do(wanted)

    world.crash_at = None
    await world.do(wanted)

    assert world.state() == smooth.state()
