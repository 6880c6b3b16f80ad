"""Webhooks: Telegram is told, its secret counts here first, and nothing is refused while secrets change."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pydantic import SecretStr

from courier.contracts.control import AddBot, MendBot, PauseBot, RemoveBot, UpdateBot
from courier.control.sweep import PERIOD_S, WEBHOOK_TURNS, WEBHOOKS_OF
from courier.control.webhooks import OVERLAP_S
from courier.errors import (
    AnswerLostError,
    NotSentError,
    RateLimitedError,
    RefusedMessageError,
    RejectedError,
    ServerFaultError,
    TelegramError,
    TokenRefusedError,
    TryLaterError,
)
from courier.state.bots import Bot, Status
from courier.state.webhooks import Webhook
from tests.support.bots import active_bot
from tests.unit.control.test_sweep import Found
from tests.unit.control.world import ME, Crash, World

FIRST, SECOND = "1:first-secret", "1:second-secret"
ADD = AddBot(bot_id=1, token=SecretStr(FIRST), webhook=True)
ON, OFF = UpdateBot(bot_id=1, webhook=True), UpdateBot(bot_id=1, webhook=False)
URL = "https://api.example/telegram/1"


async def world_that_hears(**more: Any) -> World:
    world = World(**more)
    await world.do(ADD)
    world.steps.clear()
    world.now += 1
    return world


def webhook(world: World) -> Webhook:
    found = world.bots.rows[1].webhook
    assert found is not None
    return found


def is_heard(world: World) -> bool:
    """Whether what Telegram sends now would be taken."""
    return world.hook is not None and webhook(world).takes(world.hook["secret_token"], world.now)


async def test_a_bot_is_added_with_its_webhook() -> None:
    world = await world_that_hears()

    assert world.hook is not None
    assert world.hook == {
        "url": URL,
        "secret_token": world.secrets[0],
        "max_connections": 40,
        "allowed_updates": [],
    }
    assert is_heard(world)
    assert len(world.secrets[0]) == 64
    assert world.secrets[0] not in str(world.bots.rows[1].model_dump()), "rows have digests alone"


async def test_telegram_is_told_how_many_connections_it_may_open() -> None:
    world = await world_that_hears(connections=4)

    assert world.hook is not None
    assert world.hook["max_connections"] == 4


async def test_a_new_secret_counts_before_telegram_has_it_and_the_old_one_for_a_while() -> None:
    world = await world_that_hears()

    await world.do(ON)

    assert world.steps.index("write active") < world.steps.index("setWebhook")
    old, new = world.secrets
    assert old != new
    assert [webhook(world).takes(secret, world.now + OVERLAP_S - 1) for secret in (old, new)] == [True, True]
    assert [webhook(world).takes(secret, world.now + OVERLAP_S) for secret in (old, new)] == [False, True]


async def test_a_new_token_brings_a_new_secret_and_no_webhook_that_wasnt_there() -> None:
    world = await world_that_hears()
    await world.do(UpdateBot(bot_id=1, token=SecretStr(SECOND)))
    assert len(set(world.secrets)) == 2
    assert is_heard(world)

    silent = World()
    await silent.do(AddBot(bot_id=1, token=SecretStr(FIRST)))
    await silent.do(UpdateBot(bot_id=1, token=SecretStr(SECOND)))
    assert (silent.hook, silent.bots.rows[1].webhook) == (None, None)


@pytest.mark.parametrize("wanted", [OFF, AddBot(bot_id=1, token=SecretStr(FIRST))], ids=["update_bot", "add_bot"])
async def test_a_webhook_is_taken_away_with_telegram_first(wanted: Any) -> None:
    world = await world_that_hears()

    await world.do(wanted)

    assert (world.hook, world.bots.rows[1].webhook) == (None, None)
    assert world.steps.index("deleteWebhook") < len(world.steps) - 1 - world.steps[::-1].index("write active")
    world.steps.clear()
    await world.do(wanted)
    assert "deleteWebhook" not in world.steps, "what isn't ours is left alone"


async def test_other_changes_leave_the_webhook_alone() -> None:
    world = await world_that_hears()
    before = world.state()["hook"], webhook(world)

    await world.do(UpdateBot(bot_id=1, parse_mode="HTML"))
    await world.do(PauseBot(bot_id=1))

    assert (world.state()["hook"], webhook(world)) == before


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 6))
async def test_a_crash_at_any_step_of_a_rotation_loses_no_update(step: int, *, is_late: bool) -> None:
    world = await world_that_hears()
    world.crash_at, world.is_late = step, is_late
    with pytest.raises(Crash):
        await world.do(ON)
    assert len(world.steps) == step
    assert is_heard(world)

    world.crash_at = None
    world.now += 3 * OVERLAP_S
    assert is_heard(world), "however long it takes"
    world.steps.clear()
    await world.do(ON)

    assert world.steps == ["read", "write active", "write active", "setWebhook", "write active"]
    assert is_heard(world)
    assert webhook(world).coming is None


@pytest.mark.parametrize("is_late", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("step", range(1, 12))
async def test_a_crash_at_any_step_of_add_bot_costs_only_time(step: int, *, is_late: bool) -> None:
    world = World(crash_at=step, is_late=is_late)
    with pytest.raises(Crash):
        await world.do(ADD)

    world.crash_at = None
    await world.do(ADD)

    assert is_heard(world)
    assert (world.bots.rows[1].status, webhook(world).coming) == (Status.ACTIVE, None)


@pytest.mark.parametrize(
    ("fault", "after_s"),
    [
        (RateLimitedError("Too Many Requests", code=429, retry_after_s=7), 8),
        (ServerFaultError("Bad Gateway", code=502), 10),
        (NotSentError("no connection"), 10),
        (AnswerLostError("no answer"), 10),
    ],
)
@pytest.mark.parametrize(("wanted", "method"), [(ON, "setWebhook"), (OFF, "deleteWebhook")])
async def test_what_passes_is_waited_for(fault: TelegramError, after_s: int, wanted: UpdateBot, method: str) -> None:
    world = await world_that_hears()
    world.faults[method] = fault

    with pytest.raises(TryLaterError) as later:
        await world.do(wanted)

    assert later.value.after_s == after_s
    assert is_heard(world)


@pytest.mark.parametrize(
    "fault", [RejectedError("bad webhook: resolve host", code=400), TokenRefusedError("Unauthorized", code=401)]
)
async def test_what_telegram_refuses_is_refused_and_nothing_changes(fault: TelegramError) -> None:
    world = await world_that_hears()
    world.faults["setWebhook"] = fault
    before = world.state()

    with pytest.raises(RefusedMessageError, match=rf"data\.webhook: Telegram refuses setWebhook \({fault.code}"):
        await world.do(ON)

    assert world.state() == before


async def test_a_refused_token_cant_keep_a_webhook_on() -> None:
    world = await world_that_hears()
    world.faults["deleteWebhook"] = TokenRefusedError("Unauthorized", code=401)

    await world.do(OFF)

    assert world.bots.rows[1].webhook is None


async def test_without_a_public_url_a_webhook_is_refused_before_anything_is_made() -> None:
    world = World(public_url="")

    with pytest.raises(RefusedMessageError, match=r"data\.webhook: this stack doesn't know its own URL"):
        await world.do(ADD)
    assert world.steps == []
    with pytest.raises(RefusedMessageError, match=r"data\.webhook"):
        await world.do(ON)


@pytest.mark.parametrize("found", [None, "https://elsewhere.example"], ids=["gone", "changed"])
async def test_a_webhook_that_somebody_took_is_given_again(found: str | None) -> None:
    world = await world_that_hears()
    world.hook = {"url": found, "secret_token": "theirs"} if found else None

    await world.do(MendBot(bot_id=1))

    assert world.hook is not None
    assert world.hook["url"] == URL
    assert is_heard(world)


async def test_a_webhook_that_is_as_it_should_be_is_left_alone() -> None:
    world = await world_that_hears()
    before = world.state()

    await world.do(MendBot(bot_id=1))

    assert world.state() == before
    assert world.steps[-1] == "getWebhookInfo"


async def test_a_stack_with_a_new_url_takes_its_webhooks_along() -> None:
    world = await world_that_hears()
    world.public_url = "https://new.example"

    await world.do(MendBot(bot_id=1))

    assert world.hook is not None
    assert world.hook["url"] == webhook(world).url == "https://new.example/telegram/1"
    assert is_heard(world)


@pytest.mark.parametrize("method", ["getWebhookInfo", "setWebhook"])
@pytest.mark.parametrize("fault", [NotSentError("no connection"), TokenRefusedError("Unauthorized", code=401)])
async def test_mending_holds_up_nothing_if_telegram_cant_be_asked(method: str, fault: TelegramError) -> None:
    world = await world_that_hears()
    world.hook = None
    world.faults[method] = fault

    await world.do(MendBot(bot_id=1))

    world.faults.clear()
    await world.do(MendBot(bot_id=1))
    assert is_heard(world)


async def test_a_bot_without_webhook_and_a_stopped_one_arent_looked_at() -> None:
    world = World()
    await world.do(AddBot(bot_id=1, token=SecretStr(FIRST)))
    await world.do(MendBot(bot_id=1))
    stopped = await world_that_hears()
    stopped.bots.stop(stopped.bots.rows[1], "Telegram refuses the token")
    await stopped.do(MendBot(bot_id=1))

    assert "getWebhookInfo" not in world.steps + stopped.steps


@pytest.mark.parametrize("is_down", [False, True])
async def test_a_bot_that_goes_hears_nothing_more(*, is_down: bool) -> None:
    world = await world_that_hears()
    if is_down:
        world.faults["deleteWebhook"] = NotSentError("no connection")

    with pytest.raises(TryLaterError):
        await world.do(RemoveBot(bot_id=1))

    assert (world.hook is None) is not is_down
    assert (world.bots.rows[1].status, world.bots.rows[1].webhook) == (Status.REMOVING, None)


async def test_a_bot_that_comes_again_has_other_secrets() -> None:
    world = await world_that_hears()
    await world.until_done(RemoveBot(bot_id=1, purge=True))
    world.now += 100
    await world.do(ADD)

    assert len(set(world.secrets)) == 2


@pytest.mark.parametrize(("reads", "told"), [(False, 1), (True, 0), (None, 0)])
async def test_a_bot_that_reads_no_groups_is_told_of(
    reads: bool | None, told: int, lines: Callable[[], list[dict[str, Any]]]
) -> None:
    world = World({FIRST: ME if reads is None else ME | {"can_read_all_group_messages": reads}})

    await world.do(ADD)

    assert world.bots.rows[1].reads_groups is reads
    assert len([line for line in lines() if line["level"] == "WARNING"]) == told


def test_the_sweep_has_every_webhook_looked_at_in_its_turn() -> None:
    found = Found()
    for bot_id in range(1, 4 * WEBHOOKS_OF):
        hears: Bot = active_bot(bot_id).model_copy(update={"webhook": Webhook(URL)})
        found.have(hears)
    found.have(active_bot(999))

    looked = []
    for _ in range(WEBHOOK_TURNS):
        asked = found.asked()
        assert len(asked) <= WEBHOOKS_OF
        looked += asked
        found.now += PERIOD_S

    assert sorted(looked) == list(range(1, 4 * WEBHOOKS_OF))


def test_secrets_of_two_stacks_and_bots_differ() -> None:
    async def secret(bot_id: int) -> str:
        world = World()
        await world.do(AddBot(bot_id=bot_id, token=SecretStr(FIRST), webhook=True))
        return world.secrets[0]

    assert asyncio.run(secret(1)) != asyncio.run(secret(2))
