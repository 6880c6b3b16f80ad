"""`remove_bot`: drained or purged, and nothing that was accepted vanishes, whenever the process ends."""

from collections.abc import Callable

import pytest
from pydantic import SecretStr

from courier.contracts.control import MAX_DRAIN_S, AddBot, MendBot, PauseBot, RemoveBot
from courier.control.remove_bot import LONGEST_PAUSE_S, QUIET_S, TOMBSTONE_S
from courier.control.resources import MAX_RECEIVES
from courier.errors import RefusedMessageError, TryLaterError
from courier.state.bots import Status
from tests.support.bots import active_bot
from tests.unit.control.world import ARN, Crash, World

QUEUE, BROADCAST = ARN + "courier-bot-1.fifo", ARN + "courier-bot-1-broadcast.fifo"
DRAIN, PURGE = RemoveBot(bot_id=1), RemoveBot(bot_id=1, purge=True)


async def world_with_a_bot(*messages: str) -> World:
    world = World()
    await world.do(AddBot(bot_id=1, token=SecretStr("1:secret"), is_sent_logs=True))
    world.visible[QUEUE] = list(messages)
    world.steps.clear()
    return world


def sender(world: World, each: int = 1) -> Callable[[], None]:
    """Sends so many messages between two looks, while the row and the mapping let it."""

    def send() -> None:
        if world.bots.rows[1].is_active and world.mappings.get(QUEUE):
            del world.visible[QUEUE][:each]

    return send


def is_gone(world: World) -> bool:
    bot = world.bots.rows[1]
    return (bot.status, world.queues, world.mappings, world.tokens.held) == (Status.REMOVED, set(), {}, {})


async def test_a_bot_sends_what_is_queued_before_it_goes() -> None:
    world = await world_with_a_bot("a", "b", "c")

    await world.until_done(DRAIN, sender(world))

    assert is_gone(world)
    assert (world.visible.get(QUEUE, []), world.dead) == ([], [])
    # Two minutes of quiet: one until the queues are surely empty, one after the last could have come in.
    assert world.now - 1000 >= 2 * QUIET_S


async def test_when_its_time_is_over_what_is_left_becomes_dead_letters() -> None:
    world = await world_with_a_bot("a", "b", "c")
    world.visible[BROADCAST] = ["news"]

    await world.until_done(RemoveBot(bot_id=1, drain_s=30))

    assert is_gone(world)
    assert world.dead == ["a", "b", "c", "news"]
    assert world.now - 1000 <= 30 + QUIET_S + 2 * 5


async def test_purging_sends_nothing_more() -> None:
    world = await world_with_a_bot("a", "b")

    with pytest.raises(TryLaterError):
        await world.do(PURGE)

    assert not world.bots.rows[1].is_active
    assert world.dead == ["a", "b"]
    assert world.mappings == {}
    await world.until_done(PURGE)
    assert is_gone(world)


async def test_a_bot_that_doesnt_send_has_nothing_to_wait_for() -> None:
    world = await world_with_a_bot("a")
    await world.do(PauseBot(bot_id=1))

    with pytest.raises(TryLaterError):
        await world.do(DRAIN)

    assert world.dead == ["a"]


async def test_it_stays_removing_while_messages_are_hidden_and_buries_them_when_they_show() -> None:
    world = await world_with_a_bot()
    world.hidden = 1

    for _ in range(100):
        with pytest.raises(TryLaterError, match="goes when its queues are empty") as later:
            await world.do(PURGE)
        world.now += later.value.after_s
    assert world.bots.rows[1].status == Status.REMOVING
    assert len(world.queues) == 3

    world.hidden, world.visible[QUEUE] = 0, ["parked for long"]
    await world.until_done(PURGE)

    assert world.dead == ["parked for long"]
    assert is_gone(world)


async def test_a_message_that_comes_in_late_begins_the_quiet_anew() -> None:
    world = await world_with_a_bot()
    with pytest.raises(TryLaterError) as later:
        await world.do(PURGE)
    assert later.value.after_s <= QUIET_S
    world.now += QUIET_S
    world.visible[QUEUE] = ["late"]

    with pytest.raises(TryLaterError):
        await world.do(PURGE)

    assert world.dead == ["late"]
    assert not is_gone(world)


async def test_the_longest_removal_stays_under_sqs_receives() -> None:
    """Half a day of draining, then half a day of messages that a penalty hides."""
    world = await world_with_a_bot()
    world.hidden = 1
    ends = world.now + 2 * MAX_DRAIN_S

    def time_passes() -> None:
        world.hidden = int(world.now < ends)

    pauses = await world.until_done(RemoveBot(bot_id=1, drain_s=MAX_DRAIN_S), time_passes)

    assert is_gone(world)
    assert max(pauses) == LONGEST_PAUSE_S
    assert len(pauses) < MAX_RECEIVES


async def test_the_row_stays_for_a_while_and_then_may_be_deleted() -> None:
    world = await world_with_a_bot()

    await world.until_done(PURGE)

    assert world.bots.rows[1].expires_at == world.now + TOMBSTONE_S


async def test_a_bot_that_is_gone_is_gone() -> None:
    world = await world_with_a_bot()
    await world.until_done(PURGE)
    before = world.state()

    await world.do(DRAIN)

    assert world.state() == before


async def test_an_unknown_bot_is_refused() -> None:
    with pytest.raises(RefusedMessageError, match="no bot 1 is known; there is nothing to remove"):
        await World().do(DRAIN)


async def test_a_half_made_bot_can_be_removed() -> None:
    world = World()
    world.bots.put(active_bot().model_copy(update={"status": Status.ADDING}))

    await world.until_done(DRAIN)

    assert is_gone(world)


async def test_a_purge_ends_a_drain_that_runs() -> None:
    world = await world_with_a_bot("a")
    with pytest.raises(TryLaterError, match="sends what is queued"):
        await world.do(DRAIN)

    with pytest.raises(TryLaterError):
        await world.do(PURGE)

    assert world.dead == ["a"]


async def test_a_removal_whose_message_was_lost_is_finished_by_mending() -> None:
    world = await world_with_a_bot("a")
    with pytest.raises(TryLaterError):
        await world.do(DRAIN)

    await world.until_done(MendBot(bot_id=1), sender(world))

    assert is_gone(world)
    assert world.dead == []


@pytest.mark.parametrize("wanted", [DRAIN, PURGE], ids=["drain", "purge"])
@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 40))
async def test_a_crash_at_any_step_loses_nothing(wanted: RemoveBot, step: int, *, is_late: bool) -> None:
    world = await world_with_a_bot("a", "b")
    world.crash_at, world.is_late = step, is_late
    try:
        await world.until_done(wanted, sender(world))
    except Crash:
        world.crash_at = None
        await world.until_done(wanted, sender(world))
    else:
        assert len(world.steps) < step

    assert is_gone(world)
    assert world.dead == ([] if wanted is DRAIN else ["a", "b"])
