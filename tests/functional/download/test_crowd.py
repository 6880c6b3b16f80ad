"""A hundred who want one thing, ten of them at the moment of completion: one upload a bot, and an answer for each."""

import asyncio
from collections import Counter
from typing import Any

from courier.errors import CourierError
from courier.state.media import Outcome, Waiter
from tests.functional.conftest import make_bench
from tests.functional.download.desk import VIDEO, Desk, desk, waiter
from tests.functional.state.conftest import aws, client
from tests.support.queues import record

__all__ = ["aws", "client", "desk"]


async def sent_by_the_sender(desk: Desk, redis: Any) -> None:
    """Hand what was put on the queues to a real sender, until none is left."""
    bench = make_bench(redis, telegram=desk.api, bots=desk.rows)
    for bot_id in (1, 2):
        queue = f"courier-bot-{bot_id}.fifo"
        posted = [message for message in desk.posted.messages if message["queue"] == queue]
        bodies = [{name: part for name, part in message.items() if name != "queue"} for message in posted]
        records = [record(body, queue=queue, correlation_id=body["correlation_id"]) for body in bodies]
        left = {one.message_id: one for one in records}
        while left:
            batch = list(left.values())[:10]
            held = await bench.send(*batch)
            for one in batch:
                if one.message_id not in held:
                    del left[one.message_id]
        assert bench.queues.letters == []


async def answered_by_request(desk: Desk, one: Waiter) -> None:
    """As the request function does it, whose message comes again while it can't be answered."""
    answers = desk.worker()
    for _ in range(100):
        try:
            return await asyncio.to_thread(answers.answer, one, Outcome(), VIDEO)
        except CourierError:
            await asyncio.sleep(0.05)
    raise AssertionError(f"{one.waiter_id} has no answer")


async def test_one_upload_a_bot_and_an_answer_for_each(desk: Desk, redis: Any) -> None:
    waiting = [waiter(number, bot_id=1 + number % 2) for number in range(90)]
    late = [waiter(number, bot_id=1 + number % 2) for number in range(90, 100)]
    desk.ask(*waiting)
    desk.store()
    desk.sim.configure({"latency_ms": 50})

    outcome, *_ = await asyncio.gather(desk.deliver(), *(answered_by_request(desk, one) for one in late))
    while outcome != "done":
        outcome = await desk.deliver()
    await sent_by_the_sender(desk, redis)

    assert Counter(one.bot_id for one in desk.uploads()) == {1: 1, 2: 1}
    got = Counter((one.bot_id, one.chat_id) for one in desk.sim.accepted if one.media)
    assert got == {(one.bot_id, one.chat_id): 1 for one in (*waiting, *late)}
