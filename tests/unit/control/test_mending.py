"""`mend_bot`: the world becomes what the row says."""

import pytest
from pydantic import SecretStr

from courier.contracts.control import AddBot, MendBot, PauseBot
from courier.control.mending import NO_TOKEN
from courier.state.bots import Status
from tests.support.bots import active_bot
from tests.unit.control.world import World

MEND = MendBot(bot_id=1)


async def world_with_a_bot() -> World:
    world = World()
    await world.do(AddBot(bot_id=1, token=SecretStr("1:secret")))
    return world


async def test_what_was_deleted_or_disabled_is_back() -> None:
    world = await world_with_a_bot()
    before = world.state()
    first, second = world.mappings
    world.mappings = {second: False}
    world.queues.clear()

    await world.do(MEND)

    assert world.state() == before
    assert first in world.mappings


@pytest.mark.parametrize("is_paused", [True, False], ids=["paused", "stopped"])
async def test_mappings_of_a_bot_that_doesnt_send_are_disabled(*, is_paused: bool) -> None:
    world = await world_with_a_bot()
    if is_paused:
        await world.do(PauseBot(bot_id=1))
        world.mappings = dict.fromkeys(world.mappings, True)
    else:
        world.bots.stop(world.bots.rows[1], "Telegram refuses the token")

    await world.do(MEND)

    assert set(world.mappings.values()) == {False}


async def test_a_half_made_bot_with_a_token_is_finished() -> None:
    world = World()
    world.bots.put(active_bot(telegram_id=1001).model_copy(update={"status": Status.ADDING, "token_version": 0}))
    world.tokens.put(1, "1:secret")

    await world.do(MEND)

    bot = world.bots.rows[1]
    assert (bot.status, bot.token_version) == (Status.ACTIVE, 1)
    assert set(world.mappings.values()) == {True}


async def test_a_half_made_bot_without_a_token_is_told_of_once() -> None:
    world = World()
    world.bots.put(active_bot().model_copy(update={"status": Status.ADDING}))

    await world.do(MEND)
    await world.do(MEND)

    assert world.bots.rows[1].reason == NO_TOKEN
    assert world.steps.count("write adding") == 1
    assert world.queues == set()


@pytest.mark.parametrize("status", [None, Status.REMOVED])
async def test_of_a_bot_that_isnt_there_nothing_is_made(status: Status | None) -> None:
    world = World()
    if status is not None:
        world.bots.put(active_bot().model_copy(update={"status": status}))
    before = world.state()

    await world.do(MEND)

    assert world.state() == before
