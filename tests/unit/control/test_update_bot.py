"""`update_bot`: what is named changes, all else stays, and a new token starts a stopped bot."""

from typing import Any

import pytest
from pydantic import SecretStr

from courier.contracts.control import AddBot, Limits, LimitsChange, OwnQuotas, PauseBot, RemoveBot, UpdateBot
from courier.errors import RefusedMessageError, TokenRefusedError, TryLaterError
from courier.state.bots import Bot, Status
from tests.support.bots import active_bot
from tests.unit.control.world import Crash, World

FIRST, SECOND = "1:first-secret", "1:second-secret"


def update_bot(token: str | None = None, **more: Any) -> UpdateBot:
    return UpdateBot(bot_id=1, **more, **({"token": SecretStr(token)} if token else {}))


async def world_with_a_bot(answers: dict[str, Any] | None = None) -> World:
    world = World(answers or {})
    await world.do(
        AddBot(
            bot_id=1,
            token=SecretStr(FIRST),
            limits=Limits(bot_per_second=25, chat_burst=2),
            parse_mode="HTML",
            admins=[5],
            access="closed",
            quotas=OwnQuotas(per_user=9, admin=1),
            updates_queue="courier-app-shop.fifo",
        )
    )
    world.steps.clear()
    return world


async def stop(world: World) -> None:
    """Telegram refuses the token, and the sweep has had its turn."""
    world.bots.stop(world.bots.rows[1], "Telegram refuses the token")
    world.mappings = dict.fromkeys(world.mappings, False)


@pytest.mark.parametrize(
    ("named", "changed"),
    [
        ({"limits": LimitsChange(chat_burst=1)}, {"limits": Limits(bot_per_second=25, chat_burst=1)}),
        ({"is_sent_logs": True}, {"is_sent_logs": True}),
        ({"is_sent_logs": False}, {}),
        ({"parse_mode": "MarkdownV2"}, {"parse_mode": "MarkdownV2"}),
        ({"parse_mode": "none"}, {"parse_mode": None}),
        ({"admins": [6, 7]}, {"admins": (6, 7)}),
        ({"admins": []}, {"admins": ()}),
        ({"access": "open"}, {"access": "open"}),
        ({"access": "default"}, {"access": None}),
        ({"quotas": OwnQuotas(per_user=0)}, {"quotas": OwnQuotas(per_user=0, admin=1)}),
        ({"quotas": OwnQuotas()}, {}),
        ({"quotas": "none"}, {"quotas": None}),
        ({"updates_queue": "courier-app-x.fifo"}, {"updates_queue": "courier-app-x.fifo"}),
        ({"updates_queue": "none"}, {"updates_queue": None}),
        ({"updates_forwarded": "unclaimed"}, {"updates_forwarded": "unclaimed"}),
        (dict.fromkeys(["admins", "access", "quotas", "updates_queue", "updates_forwarded"]), {}),
        ({"parse_mode": None, "limits": None, "is_sent_logs": None, "token": None, "webhook": False}, {}),
    ],
    ids=str,
)
async def test_what_isnt_named_stays(named: dict[str, Any], changed: dict[str, Any]) -> None:
    world = await world_with_a_bot()
    before: Bot = world.bots.rows[1]

    await world.do(update_bot(**named))

    assert world.bots.rows[1] == before.model_copy(update=changed)
    assert "ask" not in world.steps


async def test_logs_get_their_queue_before_the_sender_knows_of_them() -> None:
    world = await world_with_a_bot()

    await world.do(update_bot(is_sent_logs=True))

    assert "courier-bot-1-logs" in world.queues
    assert world.steps.index("make queues") < world.steps.index("write active")


async def test_a_new_token_starts_a_stopped_bot_and_its_mappings() -> None:
    world = await world_with_a_bot()
    await stop(world)

    bot = await world.do(update_bot(SECOND))

    assert (bot.status, bot.reason, bot.token_version) == (Status.ACTIVE, None, 2)
    assert set(world.mappings.values()) == {True}
    assert world.steps.index("write active") < world.steps.index("map"), "what is handed out finds the bot active"


async def test_a_paused_bot_stays_paused_whatever_its_token() -> None:
    world = await world_with_a_bot()
    await world.do(PauseBot(bot_id=1))

    bot = await world.do(update_bot(SECOND))

    assert (bot.status, bot.token_version) == (Status.PAUSED, 2)
    assert set(world.mappings.values()) == {False}


async def test_another_bots_token_is_refused() -> None:
    world = await world_with_a_bot({SECOND: {"id": 2002, "username": "two_bot"}})
    before = world.state()

    with pytest.raises(RefusedMessageError, match="belongs to @two_bot, but bot 1 is @one_bot"):
        await world.do(update_bot(SECOND))

    assert world.state() == before


async def test_a_wrong_token_is_refused_with_what_to_do_and_changes_nothing() -> None:
    world = await world_with_a_bot({SECOND: TokenRefusedError("Unauthorized", code=401)})
    before = world.state()

    with pytest.raises(RefusedMessageError, match=r"copy it again from @BotFather and send update_bot once more"):
        await world.do(update_bot(SECOND, is_sent_logs=True))

    assert world.state() == before


async def test_a_queue_of_another_stack_is_refused_and_changes_nothing() -> None:
    world = await world_with_a_bot()
    before = world.state()

    with pytest.raises(RefusedMessageError, match=r"data\.updates_queue: must begin with courier-app-"):
        await world.do(update_bot(SECOND, updates_queue="other-app-shop.fifo", access="open"))

    assert world.state() == before


async def test_an_unknown_bot_is_refused_with_what_to_do() -> None:
    with pytest.raises(RefusedMessageError, match="no bot 1 is known; send add_bot with its token first"):
        await World().do(update_bot(SECOND))


async def test_a_bot_that_goes_is_refused() -> None:
    world = await world_with_a_bot()
    world.hidden = 1
    with pytest.raises(TryLaterError):
        await world.do(RemoveBot(bot_id=1))

    with pytest.raises(RefusedMessageError, match="bot 1 is being removed"):
        await world.do(update_bot(SECOND))


async def test_a_half_made_bot_is_made_whole_by_a_token() -> None:
    world = World()
    world.bots.put(active_bot(1, telegram_id=1001).model_copy(update={"status": Status.ADDING}))

    assert (await world.do(update_bot(SECOND))).status == Status.ACTIVE
    assert set(world.mappings.values()) == {True}


STEPS = ["read", "ask", "store", "make queues", "unmap", "unmap", "write active", "make queues", "map", "map"]


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, len(STEPS) + 1))
async def test_a_crash_at_any_step_costs_only_time(step: int, *, is_late: bool) -> None:
    async def stopped() -> World:
        world = await world_with_a_bot()
        await stop(world)
        return world

    wanted = update_bot(SECOND, is_sent_logs=True)
    smooth, world = await stopped(), await stopped()
    await smooth.do(wanted)
    assert smooth.steps == STEPS
    world.crash_at, world.is_late = step, is_late
    with pytest.raises(Crash):
        await world.do(wanted)

    world.crash_at = None
    await world.do(wanted)

    assert world.state() == smooth.state()
