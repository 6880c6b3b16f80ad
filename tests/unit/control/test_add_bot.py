"""`add_bot`: from a token to a bot that sends, through crashes, refusals and outages."""

from typing import Any

import pytest
from pydantic import SecretStr

from courier.contracts.control import AddBot, Limits, OwnQuotas, PauseBot, RemoveBot
from courier.control.resources import NAME_REST_S
from courier.errors import (
    AlreadyDoneError,
    AnswerLostError,
    CourierError,
    MigratedError,
    NotSentError,
    RateLimitedError,
    RefusedMessageError,
    RejectedError,
    ServerFaultError,
    TelegramError,
    TokenRefusedError,
    TryLaterError,
    UnreachableError,
)
from courier.state.bots import Status, Switch
from tests.unit.control.world import ARN, ME, Crash, World

STEPS = ["read", "ask", "write adding", "store", "make queues", "map", "map", "write active"]
TOLD = ["tell bot.added", "note told"]
FIRST, SECOND = "1:first-secret", "1:second-secret"


def add_bot(token: str = FIRST, **more: Any) -> AddBot:
    return AddBot(bot_id=1, token=SecretStr(token), **more)


async def test_a_bot_gets_all_that_it_needs() -> None:
    world = World()

    bot = await world.add(add_bot(limits=Limits(bot_per_second=25), parse_mode="HTML"))

    assert world.steps == STEPS + TOLD
    assert world.bots.rows == {1: bot}
    assert bot.model_dump(exclude_none=True) == {
        "bot_id": 1,
        "status": Status.ACTIVE,
        "since": 1000,
        "telegram_id": 1001,
        "username": "one_bot",
        "token_version": 1,
        "is_sent_logs": False,
        "parse_mode": "HTML",
        "limits": Limits(bot_per_second=25).model_dump(),
        "is_draining": False,
        "admins": (),
        "updates_forwarded": "all",
    }
    assert world.tokens.held == {1: (FIRST, 1)}
    assert world.queues == {"courier-bot-1.fifo", "courier-bot-1-broadcast.fifo"}
    assert world.mappings == {ARN + name: True for name in world.queues}


async def test_a_bot_gets_its_rules() -> None:
    wanted = add_bot(
        admins=[5, 6],
        access="open",
        quotas=OwnQuotas(per_user=9),
        updates_queue="courier-app-shop.fifo",
        updates_forwarded="unclaimed",
    )

    bot = await World().add(wanted)

    assert (bot.admins, bot.access, bot.quotas) == ((5, 6), "open", OwnQuotas(per_user=9))
    assert (bot.updates_queue, bot.updates_forwarded) == ("courier-app-shop.fifo", "unclaimed")


async def test_the_same_bot_again_has_the_rules_that_are_named_then() -> None:
    world = World()
    await world.add(add_bot(admins=[5], access="open", quotas=OwnQuotas(admin=1), updates_queue="courier-app-a.fifo"))

    bot = await world.add(add_bot(access="default", updates_queue="none"))

    assert (bot.admins, bot.access, bot.quotas, bot.updates_queue) == ((), None, None, None)


@pytest.mark.parametrize("queue", ["other-app-shop.fifo", "courier2-app-shop.fifo", "x-courier-app-shop.fifo"])
async def test_a_queue_of_another_stack_is_refused_and_nothing_is_made(queue: str) -> None:
    world = World()

    with pytest.raises(RefusedMessageError, match=r"data\.updates_queue: must begin with courier-app-"):
        await world.add(add_bot(updates_queue=queue))

    assert world.steps == []


async def test_a_bot_gets_a_logs_queue_if_it_asks_for_one() -> None:
    world = World()

    await world.add(add_bot(is_sent_logs=True))

    assert "courier-bot-1-logs" in world.queues
    assert not any("logs" in arn for arn in world.mappings)


async def test_the_same_bot_again_is_a_success_that_changes_nothing() -> None:
    world = World()
    await world.add(add_bot())
    before = world.state()

    await world.add(add_bot())

    assert world.state() == before


async def test_a_new_token_and_new_settings_take_the_place_of_the_old() -> None:
    world = World()
    await world.add(add_bot())

    bot = await world.add(add_bot(SECOND, limits=Limits(chat_burst=1)))

    assert (bot.token_version, bot.limits.chat_burst, bot.is_active) == (2, 1, True)
    assert world.tokens.held == {1: (SECOND, 2)}


async def test_a_new_token_starts_a_stopped_bot() -> None:
    world = World()
    world.bots.stop(await world.add(add_bot()), "Telegram refuses the token")

    bot = await world.add(add_bot(SECOND))

    assert (bot.status, bot.reason, bot.token_version) == (Status.ACTIVE, None, 2)


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, len(STEPS + TOLD) + 1), ids=STEPS + TOLD)
async def test_a_crash_at_any_step_costs_only_time(step: int, *, is_late: bool) -> None:
    smooth = World()
    await smooth.add(add_bot(is_sent_logs=True))
    world = World(crash_at=step, is_late=is_late)
    with pytest.raises(Crash):
        await world.add(add_bot(is_sent_logs=True))
    assert len(world.steps) == step

    await world.add(add_bot(is_sent_logs=True))

    assert world.state() == smooth.state()


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, len(STEPS)))
async def test_a_crash_with_a_new_token_takes_nothing_from_a_bot_that_sends(step: int, *, is_late: bool) -> None:
    world = World()
    await world.add(add_bot(is_sent_logs=True))
    before = world.state()
    world.crash_at, world.is_late = len(world.steps) + step, is_late
    with pytest.raises(Crash):
        await world.add(add_bot(SECOND))

    after = world.state()
    assert after["bots"][1].is_active
    assert after["queues"] == before["queues"]
    assert after["mappings"] == before["mappings"]
    assert after["tokens"][1][0] in (FIRST, SECOND)

    world.crash_at = None
    assert (await world.add(add_bot(SECOND))).token_version == 2


async def test_another_bots_token_is_refused() -> None:
    world = World({SECOND: {"id": 2002, "username": "two_bot"}})
    await world.add(add_bot())
    before = world.state()

    with pytest.raises(RefusedMessageError, match="belongs to @two_bot, but bot 1 is @one_bot"):
        await world.add(add_bot(SECOND))

    assert world.state() == before


async def test_two_bots_of_ours_may_share_one_token() -> None:
    world = World()
    await world.add(add_bot())

    other = await world.add(AddBot(bot_id=2, token=SecretStr(FIRST)))

    assert other.telegram_id == world.bots.rows[1].telegram_id


#: What becomes of the message for each error that `getMe` can meet.
ERRORS: dict[TelegramError, type[CourierError]] = {
    TokenRefusedError("Unauthorized", code=401): RefusedMessageError,
    RejectedError("Not Found", code=404): RefusedMessageError,
    RateLimitedError("Too Many Requests", code=429, retry_after_s=7.4): TryLaterError,
    ServerFaultError("Bad Gateway", code=502): TryLaterError,
    NotSentError("no connection"): TryLaterError,
    AnswerLostError("no answer"): TryLaterError,
    UnreachableError("Forbidden", code=403): TryLaterError,
    MigratedError("moved", code=400, new_chat_id=-5): TryLaterError,
    AlreadyDoneError("message is not modified", code=400): TryLaterError,
}


def test_no_error_of_telegram_was_forgotten() -> None:
    assert {type(error) for error in ERRORS} == set(TelegramError.__subclasses__())


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("is_known", [False, True], ids=["new", "known"])
async def test_a_token_that_cant_be_checked_changes_nothing(error: TelegramError, *, is_known: bool) -> None:
    world = World({SECOND: error})
    if is_known:
        await world.add(add_bot())
    before = world.state()

    with pytest.raises(ERRORS[error]) as caught:
        await world.add(add_bot(SECOND))

    assert world.state() == before
    assert "second-secret" not in str(caught.value)


async def test_a_refusal_says_what_to_do() -> None:
    with pytest.raises(RefusedMessageError) as caught:
        await World({FIRST: TokenRefusedError("Unauthorized", code=401)}).add(add_bot())

    assert str(caught.value) == (
        "data.token: Telegram refuses it (401 Unauthorized); copy it again from @BotFather and send add_bot once more"
    )


async def test_flood_control_is_waited_for() -> None:
    with pytest.raises(TryLaterError) as caught:
        await World({FIRST: RateLimitedError("Too Many Requests", code=429, retry_after_s=7.4)}).add(add_bot())

    assert caught.value.after_s >= 7.4


@pytest.mark.parametrize("answer", [{}, {"id": "1"}, {"username": "x"}])
async def test_an_answer_that_is_no_bot_api_s_is_waited_out(answer: dict[str, Any]) -> None:
    with pytest.raises(TryLaterError, match="is this a Bot API server"):
        await World({FIRST: answer}).add(add_bot())


async def test_a_bot_without_a_name_is_a_bot() -> None:
    assert (await World({FIRST: {"id": ME["id"]}}).add(add_bot())).username is None


async def test_a_paused_bot_gets_all_that_is_new_and_stays_paused() -> None:
    world = World()
    await world.add(add_bot())
    await world.do(PauseBot(bot_id=1))

    bot = await world.add(add_bot(SECOND, limits=Limits(chat_burst=1)))

    assert (bot.status, bot.token_version, bot.limits.chat_burst) == (Status.PAUSED, 2, 1)
    assert set(world.mappings.values()) == {False}


async def test_while_the_stop_switch_is_on_a_new_bots_mappings_arent_made() -> None:
    world = World()
    world.bots.turn(Switch(is_off=True))

    assert (await world.add(add_bot())).status == Status.ACTIVE

    assert world.mappings == {}


async def test_a_bot_that_goes_is_waited_for_with_all_else_left_alone() -> None:
    world = World()
    await world.add(add_bot())
    world.hidden = 1
    with pytest.raises(TryLaterError):
        await world.do(RemoveBot(bot_id=1, purge=True))
    before = world.state()

    with pytest.raises(TryLaterError, match="is being removed"):
        await world.add(add_bot(SECOND))

    assert world.state() == before


async def test_a_bot_that_is_gone_can_be_another_one_once_its_queues_names_have_rested() -> None:
    world = World({SECOND: {"id": 2002, "username": "two_bot"}})
    await world.add(add_bot())
    await world.until_done(RemoveBot(bot_id=1))

    pauses = await world.until_done(add_bot(SECOND))

    assert pauses == [NAME_REST_S]
    assert (world.bots.rows[1].telegram_id, world.bots.rows[1].status) == (2002, Status.ACTIVE)
    assert world.bots.rows[1].expires_at is None
    assert set(world.mappings.values()) == {True}
