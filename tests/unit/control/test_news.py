"""What happens to bots is told: at least once, whatever crashes, and no bot waits for it."""

import json

import pytest
from pydantic import SecretStr

from courier.contracts.control import AddBot, MendBot, PauseBot, RemoveBot, UpdateBot
from courier.contracts.events import BotAdded, BotRemoved, BotStopped
from courier.errors import RefusedMessageError, RejectedError, StateUnavailableError
from courier.state.bot import Bot, News
from courier.state.bots import Status
from courier.telemetry import correlated
from tests.support.bots import active_bot
from tests.unit.control.test_sweep import Found
from tests.unit.control.world import Crash, World

ADD, MEND = AddBot(bot_id=1, token=SecretStr("1:first-secret")), MendBot(bot_id=1)
REMOVE = RemoveBot(bot_id=1, purge=True)


def told(world: World) -> list[tuple[str, str]]:
    return [(event.DETAIL_TYPE, event.correlation_id) for event in world.events]


async def world_with_a_bot() -> World:
    world = World()
    await world.do(ADD)
    world.events.clear()
    world.steps.clear()
    return world


def stop(world: World, correlation_id: str = "c-401") -> None:
    """As the sender does."""
    with correlated(correlation_id):
        assert world.bots.stop(world.bots.rows[1], "Telegram refuses the token")


async def test_a_bots_life_is_told_under_the_ids_of_what_did_it() -> None:
    world = World()
    with correlated("add"):
        await world.do(ADD)
    stop(world)
    with correlated("sweep"):
        await world.do(MEND)
    with correlated("remove"):
        await world.until_done(REMOVE)

    assert told(world) == [("bot.added", "add"), ("bot.stopped", "c-401"), ("bot.removed", "remove")]
    added, stopped, removed = world.events
    assert isinstance(added, BotAdded)
    assert (added.bot_id, added.username, added.occurred_at) == (1, "one_bot", 1000.0)
    assert isinstance(stopped, BotStopped)
    assert stopped.reason == "Telegram refuses the token"
    assert isinstance(removed, BotRemoved)
    assert removed.occurred_at == world.now


async def test_what_changes_nothing_tells_nothing() -> None:
    world = await world_with_a_bot()

    await world.do(ADD)
    await world.do(UpdateBot(bot_id=1, is_sent_logs=True))
    await world.do(PauseBot(bot_id=1))
    await world.do(ADD)
    await world.do(MEND)

    assert told(world) == []


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 11))
async def test_a_crash_while_a_bot_is_added_loses_no_news(step: int, *, is_late: bool) -> None:
    world = World(crash_at=step, is_late=is_late)
    with pytest.raises(Crash):
        await world.do(ADD)

    await world.do(ADD)
    await world.do(MEND)

    assert {name for name, _ in told(world)} == {"bot.added"}
    # Told twice is only what was told when nobody could note it any more.
    assert len(told(world)) == (2 if (step, is_late) in ((9, True), (10, False)) else 1)
    assert world.bots.rows[1].added_untold is None


async def test_while_nothing_can_be_told_bots_are_added_and_the_sweep_finds_the_news() -> None:
    world, found = World(is_deaf=True), Found()
    await world.do(ADD)
    assert world.bots.rows[1].is_active
    assert set(world.mappings.values()) == {True}

    found.have(world.bots.rows[1])
    assert found.asked() == [1]
    await world.do(MEND)
    assert world.bots.rows[1].added_untold is not None

    world.is_deaf = False
    await world.do(MEND)
    assert [name for name, _ in told(world)] == ["bot.added"]
    found.have(world.bots.rows[1])
    assert found.asked() == []


async def test_a_webhook_that_telegram_refuses_keeps_no_news() -> None:
    world = World(faults={"setWebhook": RejectedError("bad webhook", code=400)})

    with pytest.raises(RefusedMessageError):
        await world.do(ADD.model_copy(update={"webhook": True}))

    assert [name for name, _ in told(world)] == ["bot.added"]
    assert world.bots.rows[1].added_untold is None


async def test_a_webhook_is_registered_with_news_told_once() -> None:
    world = World()

    await world.do(ADD.model_copy(update={"webhook": True}))
    await world.do(MEND)

    assert [name for name, _ in told(world)] == ["bot.added"]


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", [1, 2, 3, 4])
async def test_a_bot_is_stopped_once_and_told_at_least_once(step: int, *, is_late: bool) -> None:
    world = await world_with_a_bot()
    stop(world)
    assert not world.bots.stop(world.bots.rows[1], "the next worker's 401")
    world.crash_at, world.is_late = step, is_late
    with pytest.raises(Crash):
        await world.do(MEND)

    await world.do(MEND)
    await world.do(MEND)

    assert set(told(world)) == {("bot.stopped", "c-401")}
    assert len(told(world)) <= 2


async def test_a_new_token_before_the_sweep_takes_nothing_from_the_news() -> None:
    world = await world_with_a_bot()
    stop(world)

    await world.do(AddBot(bot_id=1, token=SecretStr("1:second-secret")))
    assert world.bots.rows[1].is_active
    await world.do(MEND)

    assert told(world) == [("bot.stopped", "c-401")]


async def test_a_bot_that_stops_again_while_it_is_told_is_told_again() -> None:
    world = await world_with_a_bot()
    news, newer = News(at=1.0, correlation_id="first"), News(at=2.0, correlation_id="second")
    world.bots.put(world.bots.rows[1].model_copy(update={"stopped_untold": newer}))

    world.bots.told(1, "stopped_untold", news)

    assert world.bots.rows[1].stopped_untold == newer


async def test_a_half_made_bot_that_is_finished_was_added() -> None:
    world = World()
    world.bots.put(active_bot(telegram_id=1001).model_copy(update={"status": Status.ADDING, "token_version": 0}))
    world.tokens.put(1, "1:secret")

    await world.do(MEND)
    await world.do(MEND)

    assert [name for name, _ in told(world)] == ["bot.added"]


async def test_a_removal_ends_when_it_can_be_told() -> None:
    world = await world_with_a_bot()
    stop(world)
    world.is_deaf = True
    with pytest.raises(StateUnavailableError):
        await world.until_done(REMOVE)
    assert (world.bots.rows[1].status, world.queues) == (Status.REMOVING, set())

    world.is_deaf = False
    await world.until_done(REMOVE)

    assert [name for name, _ in told(world)] == ["bot.stopped", "bot.removed"]
    assert world.bots.rows[1].status == Status.REMOVED


def test_a_row_keeps_news_and_reads_those_of_newer_code() -> None:
    news = News(at=1.5, correlation_id="c", reason="r")
    row = {"bot_id": 1, "telegram_id": 2, "stopped_untold": json.dumps(json.loads(news.text()) | {"since_then": 1})}

    assert Bot.model_validate(row).stopped_untold == news
