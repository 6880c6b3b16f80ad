"""What can go wrong while people are answered: nobody is lost, nobody floods anybody, and one costs no other."""

import asyncio
from typing import Any

import pytest

from courier.download.accumulation import Accumulation
from courier.download.delivery.direct import TROUBLE_CHATS
from courier.download.delivery.starting import Place, Starting
from courier.download.errors import WORDS, Failure
from courier.errors import StateUnavailableError
from courier.state.bots import Status
from courier.state.media import Outcome, Waiter
from local.simulator.rules import Match, Rule
from tests.functional.download.desk import HASH, VIDEO, Desk, desk, waiter
from tests.functional.state.conftest import aws, client

__all__ = ["aws", "client", "desk"]


async def test_an_upload_replies_too_and_bears_that_the_request_is_gone(desk: Desk) -> None:
    async with desk.session.post(
        f"{desk.api._base}/bot1:fake/sendMessage", json={"chat_id": 101, "text": "?"}
    ) as asked:
        message_id = (await asked.json())["result"]["message_id"]
    desk.ask(waiter(1, reply_to=message_id), waiter(1, bot_id=2, reply_to=777))
    desk.store()

    await desk.deliver()

    assert [(record.bot_id, record.reply_to) for record in desk.uploads()] == [(1, message_id), (2, None)]


async def test_two_who_answer_at_once_upload_once(desk: Desk) -> None:
    desk.store()
    desk.sim.configure({"latency_ms": 300})

    both = await asyncio.gather(
        *(asyncio.to_thread(desk.worker().answer, waiter(number), Outcome(), VIDEO) for number in (1, 2)),
        return_exceptions=True,
    )

    assert len(desk.uploads()) == 1
    (error,) = [one for one in both if one is not None]
    assert str(error) == "somebody else is sending it"


async def test_the_lease_of_one_who_died_passes(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    assert desk.files.lease(HASH, 1, "dead", 60)

    assert await desk.deliver() == "again"
    desk.now += 61
    assert await desk.deliver() == "done"
    assert len(desk.uploads()) == 1


async def test_a_chat_that_cant_be_reached_keeps_nobody_from_the_file(desk: Desk) -> None:
    desk.ask(waiter(1), waiter(2), waiter(3))
    desk.store()
    desk.sim.add_fault(Rule(action="403", match=Match(chat_id=101)))

    assert await desk.deliver() == "done"

    (record,) = desk.uploads()
    assert record.chat_id == 102
    assert desk.posted.answered() == ["1-3"]
    assert list(desk.recipients.noted) == [(1, 101)]


@pytest.mark.parametrize("action", ["429", "5xx"])
async def test_one_who_can_be_answered_later_is_answered_later(desk: Desk, action: str) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": action, "times": 1, "retry_after": 1}))

    assert await desk.deliver() == "again"
    assert desk.uploads() == []
    desk.now += 11
    assert await desk.deliver() == "done"
    assert [record.chat_id for record in desk.uploads()] == [101]


async def test_a_429_holds_the_sender_too(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "429", "times": 1, "retry_after": 40}))

    await desk.deliver()

    bot = desk.rows.rows[1]
    held = await desk.pacer.penalties(bot, ["101"])
    assert held.chats["101"] - asyncio.get_running_loop().time() == pytest.approx(40, abs=2)
    assert await desk.deliver() == "again", "nothing is uploaded meanwhile"
    assert desk.sim.bots.find(1).counters.calls["sendVideo"] == 1  # type: ignore[union-attr]


async def test_telegram_in_trouble_isnt_tried_for_each_of_a_crowd(desk: Desk) -> None:
    desk.ask(*(waiter(number) for number in range(1, 21)))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "5xx"}))

    assert await desk.deliver() == "again"

    assert desk.sim.bots.find(1).counters.calls["sendVideo"] == TROUBLE_CHATS  # type: ignore[union-attr]


async def test_one_chat_that_telegram_fails_for_keeps_nobody_from_the_file(desk: Desk) -> None:
    desk.ask(*(waiter(number) for number in (1, 2, 3)))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "5xx", "match": {"chat_id": 101}}))

    # What the first couldn't be sent as a file, its bot's queue brings by the second's `file_id`.
    rounds = [await desk.deliver(), await desk.deliver()]

    assert rounds == ["again", "done"]
    assert [record.chat_id for record in desk.uploads()] == [102]
    assert sorted(desk.posted.answered()) == ["1-1", "1-3"]


async def test_who_left_while_others_were_answered_gets_nothing(desk: Desk) -> None:
    """They have read that nothing comes."""
    told: list[str] = []

    class Slow:
        def answer(self, one: Waiter, *_: Any) -> None:
            told.append(one.waiter_id)
            desk.jobs.leave(HASH, "1-2")

    desk.ask(waiter(1), waiter(2))
    desk.store()

    assert Accumulation(desk.jobs, desk.files, Slow(), clock=desk.clock).finish(HASH, 1, Outcome()).is_done
    assert told == ["1-1"]


async def test_a_chat_with_a_new_id_gets_the_file_there(desk: Desk) -> None:
    desk.ask(waiter(1, chat_id=-5))
    desk.store()
    rule = {"action": "migrate", "match": {"chat_id": -5}, "migrate_to_chat_id": -1_005}
    desk.sim.add_fault(Rule.model_validate(rule))

    assert await desk.deliver() == "done"
    assert [record.chat_id for record in desk.uploads()] == [-1_005]


async def test_an_answer_that_was_lost_is_tried_again(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "reset_after", "times": 1}))

    assert await desk.deliver() == "again"
    desk.now += 11
    assert await desk.deliver() == "done"
    assert len(desk.uploads()) == 2, "at least once"


async def test_an_upload_spends_what_a_message_would(desk: Desk) -> None:
    """Three that were just sent to the chat: the fourth's last bytes wait for the second in which it has room."""
    bot, loop = desk.rows.rows[1], asyncio.get_running_loop()
    place = Place.of(101)
    starting = Starting(desk.pacer)
    for _ in range(3):
        await starting.wait(bot, place)
    desk.ask(waiter(1))
    desk.store()

    began = loop.time()
    assert await desk.deliver() == "done"
    assert loop.time() - began > 0.5

    began = loop.time()
    await starting.wait(bot, place)
    assert loop.time() - began > 0.5, "and the next waits for it"


async def test_a_group_without_room_for_a_minute_isnt_uploaded_to(desk: Desk) -> None:
    bot, place, starting = desk.rows.rows[1], Place.of(-7), Starting(desk.pacer)
    bot = desk.rows.rows[1] = bot.model_copy(update={"limits": bot.limits.model_copy(update={"group_per_minute": 1})})
    await starting.wait(bot, place)
    desk.ask(waiter(1, chat_id=-7), waiter(2))
    desk.store()

    assert await desk.deliver() == "again"

    assert [record.chat_id for record in desk.uploads()] == [102]
    assert desk.reader.opened.count(VIDEO.key) == 1, "nothing set out to the group"
    assert await desk.deliver() == "done"
    assert desk.posted.answered() == ["1-1"]


async def test_a_refused_token_stops_the_bot(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.sim.add_fault(Rule.model_validate({"action": "401"}))

    assert await desk.deliver() == "again"

    assert desk.rows.rows[1].status == Status.STOPPED


async def test_a_paused_bot_uploads_nothing(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store()
    desk.rows.rows[1] = desk.rows.rows[1].model_copy(update={"status": Status.PAUSED})

    assert await desk.deliver() == "again"

    assert desk.sim.bots.find(1) is None


async def test_a_bot_that_is_gone_needs_no_answers(desk: Desk) -> None:
    desk.ask(waiter(1), waiter(2, bot_id=7))
    desk.store()
    desk.rows.rows[1] = desk.rows.rows[1].model_copy(update={"status": Status.REMOVED})

    assert await desk.deliver() == "done"
    assert (desk.uploads(), desk.posted.messages) == ([], [])


async def test_a_file_that_is_gone_is_missed_and_apologised_for(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.files.keep(HASH, VIDEO)

    assert await desk.deliver() == "done"

    assert desk.posted.of("send_msg")[0]["text"] == WORDS[Failure.TEMPORARY]
    assert desk.files.stored(HASH) is None


async def test_without_time_for_an_upload_it_isnt_begun(desk: Desk) -> None:
    desk.ask(waiter(1))
    desk.store(VIDEO.model_copy(update={"bytes": 50_000_000}))

    assert await desk.deliver(left_s=20) == "again"
    assert desk.sim.bots.find(1) is None
    desk.files.keep(HASH, VIDEO)
    assert await desk.deliver(left_s=20) == "done"


async def test_while_queues_cant_be_reached_nobody_is_lost(desk: Desk) -> None:
    desk.ask(*(waiter(number) for number in range(1, 4)))
    desk.posted.is_down = True

    assert await desk.deliver(failure="gone") == "again"
    desk.posted.is_down = False
    assert await desk.deliver(failure="temporary") == "done"

    assert desk.posted.answered() == ["1-1", "1-2", "1-3"]
    assert {one["text"] for one in desk.posted.of("send_msg")} == {WORDS[Failure.GONE]}


async def test_a_fault_of_ours_with_one_costs_nobody_else(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask(waiter(1), waiter(2))
    text = type(desk.mail).text

    def faulty(self: Any, one: Any, html: str) -> None:
        if one.waiter_id == "1-1":
            raise KeyError("fault")
        text(self, one, html)

    monkeypatch.setattr(type(desk.mail), "text", faulty)

    assert await desk.deliver(failure="gone") == "again"
    assert desk.posted.answered() == ["1-2"]


async def test_a_store_that_cant_be_read_is_tried_later(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.ask(waiter(1))
    desk.store()

    async def broken(*_: Any) -> None:
        raise StateUnavailableError("S3 is down")

    monkeypatch.setattr(type(desk.answers.direct.uploader.objects), "small", broken)  # type: ignore[attr-defined]

    assert await desk.deliver() == "again"
