"""What becomes of updates: commands, an application's own, people, events; and of those that are none."""

import asyncio
import itertools
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courier.commands import processing
from courier.commands.batch import CLOSING_S
from courier.errors import StateUnavailableError
from tests.functional.commands.conftest import APP, REPLIES, World
from tests.support.bots import active_bot
from tests.support.queues import record
from tests.support.updates import QUEUE, became, queued, said


async def test_a_reply_answers_its_message_under_the_updates_id(world: World) -> None:
    topic = {"is_topic_message": True, "message_thread_id": 7}

    await world.take(queued(said(1, "/say <b>x</b>", -100, **topic)))

    (entry,) = world.queues.held[REPLIES]
    body = json.loads(entry["MessageBody"])
    assert body["type"] == "send_msg"
    assert body["correlation_id"] == "update-1-1"
    assert entry["MessageAttributes"]["correlation_id"]["StringValue"] == "update-1-1"
    assert body["data"] == {
        "bot_id": 1,
        "chat_id": -100,
        "text": "<b>x</b>",
        "parse_mode": "HTML",
        "reply_to_message_id": 1001,
        "message_thread_id": 7,
        "external_id": "update-1-1-0",
    }
    assert (entry["MessageGroupId"], entry["MessageDeduplicationId"]) == ("-100", "send_msg:update-1-1-0")


@pytest.mark.parametrize(("forwarded", "expected"), [("all", [1, 2, 3]), ("unclaimed", [2, 3])])
async def test_an_application_gets_its_updates_as_they_came(world: World, forwarded: str, expected: list[int]) -> None:
    bot = active_bot(1).model_copy(update={"access": "open", "updates_queue": APP, "updates_forwarded": forwarded})
    world.bots.put(bot)
    records = [queued(said(1, ".quiet")), queued(said(2, "hello")), queued(said(3, ".nobody knows this"))]

    assert await world.take(*records) == []

    assert world.queues.updates() == expected
    entry = world.queues.held[APP][-1]
    assert entry["MessageBody"] == records[-1].body
    assert (entry["MessageGroupId"], entry["MessageDeduplicationId"]) == ("1:5", "1:3")
    assert entry["MessageAttributes"]["correlation_id"]["StringValue"] == "update-1-3"


async def test_a_bot_without_a_queue_forwards_nothing(world: World) -> None:
    world.bots.put(active_bot(1))

    assert await world.take(queued(said(1, "hello"))) == []

    assert world.queues.held[APP] == []


async def test_a_missing_queue_costs_the_application_its_updates_and_nobody_else(world: World) -> None:
    del world.queues.held[APP]

    assert await world.take(queued(said(1, ".say hi")), queued(said(2, "hello", 6))) == []

    assert world.queues.texts() == ["hi"]
    assert world.other.reasons() == [f"updates_queue: there is no queue {APP}"] * 2
    assert len(world.bus.told) == 2


async def test_others_are_told_with_access_and_quota(world: World) -> None:
    await world.take(queued(said(1, ".spend")), queued(said(2, "hi", user_id=99)), queued({"update_id": 3, "poll": {}}))

    first, second, third = sorted(world.bus.updates(), key=lambda event: event.update_id)
    assert (first.kind, first.command, first.is_claimed) == ("message", "spend", True)
    assert first.access is not None
    assert first.quota is not None
    assert (first.access.standing, first.access.may) == ("open", True)
    assert (first.quota.used, first.quota.limit) == (1, 50)
    assert (second.command, second.is_claimed) == (None, False)
    assert second.access is not None
    assert second.quota is not None
    assert (second.access.standing, second.quota.limit) == ("admin", 5000)
    assert (third.kind, third.access, third.quota, third.user_id) == ("poll", None, None, None)
    assert first.update == said(1, ".spend")
    assert first.correlation_id == "update-1-1"


async def test_users_and_those_they_answer_are_known_by_name(world: World) -> None:
    answered = {"from": {"id": 7, "is_bot": False, "first_name": "Bob", "username": "Bob"}}

    await world.take(queued(said(1, "hello", -100, reply_to_message=answered)))

    assert (world.row("name#user5") or {})["user_id"] == {"N": "5"}
    assert (world.row("name#bob") or {})["user_id"] == {"N": "7"}


async def test_who_blocks_a_bot_is_known_until_they_are_back(world: World) -> None:
    await world.take(queued(said(1, "hello")))
    assert (world.row("subscriber#5") or {})["is_active"] == {"BOOL": True}

    await world.take(queued(became(2, "kicked")))
    assert (world.row("subscriber#5") or {})["is_active"] == {"BOOL": False}
    assert "blocked" in (world.row("unreachable#5") or {})["reason"]["S"]

    await world.take(queued(became(3, "member")))
    assert (world.row("subscriber#5") or {})["is_active"] == {"BOOL": True}
    assert world.row("unreachable#5") is None


async def test_a_group_that_throws_a_bot_out_is_unreachable_and_no_subscriber(world: World) -> None:
    await world.take(queued(became(1, "kicked", -100)), queued(became(2, "left", -200)))

    assert "kicked" in (world.row("unreachable#-100") or {})["reason"]["S"]
    assert "not a member" in (world.row("unreachable#-200") or {})["reason"]["S"]
    assert world.row("subscriber#-100") is None


@pytest.mark.parametrize(
    "more",
    [
        {"sender_chat": {"id": -100, "type": "supergroup"}},
        {"from": {"id": 1_087_968_824, "is_bot": True, "first_name": "Group"}},
        {"from": None},
        {"message_id": 0},
    ],
    ids=["anonymous admin", "bot", "nobody", "inaccessible"],
)
async def test_where_nobody_asks_there_is_no_command(world: World, more: dict[str, Any]) -> None:
    assert await world.take(queued(said(1, ".say hi", -100, **more))) == []

    assert (world.queues.texts(), world.queues.updates()) == ([], [1])


@pytest.mark.parametrize("kind", ["edited_message", "channel_post", "business_message"])
async def test_only_new_messages_are_commands(world: World, kind: str) -> None:
    update = said(1, ".say hi")

    assert await world.take(queued({"update_id": 1, kind: update["message"]})) == []

    assert (world.queues.texts(), world.queues.updates()) == ([], [1])


@pytest.mark.parametrize("bot", [None, active_bot(2).model_copy(update={"status": "removed"})])
async def test_updates_of_a_bot_that_isnt_here_are_dropped(world: World, bot: Any) -> None:
    if bot:
        world.bots.put(bot)

    assert await world.take(queued(said(1, ".say hi"), bot_id=2), queued(said(2, ".say hi", 6))) == []

    assert (world.queues.texts(), world.other.letters) == (["hi"], [])


async def test_without_its_time_a_batch_leaves_the_rest_in_order(world: World) -> None:
    records = [queued(said(n, f".say {n}")) for n in range(3)]

    assert await world.take(*records, remaining_s=CLOSING_S) == [one.message_id for one in records]
    assert await world.take(*records) == []

    assert world.queues.texts() == ["0", "1", "2"]


async def test_while_redis_is_away_events_go_without_a_quota_and_who_spends_waits(world: World) -> None:
    async def away(*_: Any) -> Any:
        raise StateUnavailableError("Redis: away")

    quotas: Any = type("Away", (), {"left": staticmethod(away), "spend": staticmethod(away)})()
    gate: Any = world.parts.gate
    gate._quotas = quotas
    waiting, other = queued(said(1, ".spend")), queued(said(2, ".say hi", 6))

    assert await world.take(waiting, other) == [waiting.message_id]

    assert world.queues.texts() == ["hi"]
    assert [event.quota for event in world.bus.updates()] == [None]


async def test_many_updates_of_many_chats_are_answered_in_order(world: World) -> None:
    records = [queued(said(n, f".say {n}", 1 + n % 20)) for n in range(100)]

    for start in range(0, 100, 10):
        assert await world.take(*records[start : start + 10]) == []

    for chat in range(1, 21):
        texts = [
            json.loads(entry["MessageBody"])["data"]["text"]
            for entry in world.queues.held[REPLIES]
            if entry["MessageGroupId"] == f"{chat}"
        ]
        assert texts == [f"{n}" for n in range(100) if 1 + n % 20 == chat]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=20,
)
NAMES = ("chat", "from", "text", "caption", "id", "type", "message_id", "username", "reply_to_message", "user", "date")
CONTENT = st.dictionaries(st.sampled_from(NAMES), JSON | st.dictionaries(st.sampled_from(NAMES), JSON), max_size=8)
UPDATES = st.fixed_dictionaries(
    {},
    optional={
        "message": CONTENT | JSON,
        "my_chat_member": CONTENT | JSON,
        "callback_query": CONTENT | JSON,
        "thing_of_2031": JSON,
    },
)
ODD = [
    *({"message": said(1, ".say x")["message"] | {"entities": "none"}}, {"message": {"text": ".say x"}}),
    *({"message": said(1, ".say x")["message"] | {"chat": {"id": 5, "type": 3}}}, {"message": {}}, {}),
    {"message": said(1, ".say x")["message"] | {"from": {"id": "5", "first_name": 4}}},
]


_numbers = itertools.count(1000)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(update=UPDATES | st.sampled_from(ODD), body=st.none() | st.binary(max_size=200))
async def test_nothing_that_comes_in_costs_a_neighbour_its_answer(
    world: World, update: dict[str, Any], body: bytes | None
) -> None:
    odd = queued({**update, "update_id": next(_numbers)}, group="odd")
    bad = odd if body is None else record(body.decode(errors="replace"), group="odd", queue=QUEUE)
    before = world.queues.texts().count("hi")

    assert await world.take(bad, queued(said(next(_numbers), ".say hi", 77))) == []

    assert world.queues.texts().count("hi") == before + 1
    assert not [reason for reason in world.other.reasons() if "failed" in reason]


async def test_a_huge_update_is_processed(world: World) -> None:
    assert await world.take(queued(said(1, "x" * 900_000)), queued(said(2, ".say hi", 6))) == []

    assert (world.queues.texts(), sorted(world.queues.updates())) == (["hi"], [1, 2])


async def test_what_no_one_can_read_is_given_up_with_a_reason(world: World) -> None:
    bodies = ["", "[]", '{"type": "update", "data": {"bot_id": 1}}', "{" * 100_000]
    bodies.append('{"type": "update", "data": {"bot_id": 1, "update": {"update_id": 4, "poll": NaN}}}')

    records = [record(body, group=f"g{number}", queue=QUEUE) for number, body in enumerate(bodies)]

    assert await world.take(*records) == []
    assert len(world.other.reasons()) == len(bodies)
    assert all(world.other.reasons())


async def test_a_hanging_handler_holds_its_own_chat_alone(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processing, "HANDLER_S", 0.05)

    async def hang(telegram_id: int, raw: Any, given: Any) -> bool:
        if raw["update_id"] == 1:
            await asyncio.Event().wait()
        return await world.parts.dispatcher.take(telegram_id, raw, given)

    hanging: Any = type("Hanging", (), {"take": staticmethod(hang)})()
    parts = replace(world.parts, dispatcher=hanging)
    bad = queued(said(1, ".say x"))

    assert await replace(world, parts=parts).take(bad, queued(said(2, ".say hi", 6))) == [bad.message_id]

    assert world.queues.texts() == ["hi"]
