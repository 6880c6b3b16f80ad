"""The rules of SQS FIFO queues that the sender's design stands on."""

import asyncio
from typing import Any

import pytest

from bench.model.queue import FifoQueue, Order
from tests.unit.bench.virtual import virtual


def bodies(records: list[dict[str, Any]]) -> list[str]:
    return [record["body"] for record in records]


def filled(*bodies: str, order: Order = Order.GROUP_FIRST) -> FifoQueue:
    """A queue of messages whose group is their first letter."""
    queue = FifoQueue("q.fifo", order=order, visibility_s=30)
    for body in bodies:
        queue.put(body, body[0])
    return queue


@virtual
async def test_a_batch_is_filled_with_the_oldest_group_first() -> None:
    queue = filled("a1", "b1", "c1", "a2", "b2", "a3")
    assert bodies(queue.receive(4)) == ["a1", "a2", "a3", "b1"]
    assert bodies(queue.receive()) == ["c1"]


@virtual
async def test_a_batch_is_filled_by_age_where_that_is_asked_for() -> None:
    queue = filled("a1", "b1", "c1", "a2", "b2", "a3", order=Order.QUEUE)
    assert bodies(queue.receive(4)) == ["a1", "b1", "c1", "a2"]


@pytest.mark.parametrize("order", Order)
def test_a_batch_has_ten_messages_at_most(order: Order) -> None:
    @virtual
    async def test() -> None:
        queue = filled(*(f"a{number}" for number in range(12)), order=order)
        assert len(queue.receive()) == 10
        assert queue.receive() == []

    test()


@pytest.mark.parametrize("order", Order)
def test_a_group_is_blocked_while_one_of_its_messages_is_in_flight(order: Order) -> None:
    @virtual
    async def test() -> None:
        queue = filled("a1", "a2", "b1", order=order)
        (first,) = queue.receive(1)
        queue.put("a3", "a")
        assert bodies(queue.receive()) == ["b1"]
        queue.delete(first["receiptHandle"])
        assert bodies(queue.receive()) == ["a2", "a3"]

    test()


@virtual
async def test_what_is_not_deleted_comes_back_after_the_timeout_and_is_counted() -> None:
    queue = filled("a1")
    queue.receive()
    await asyncio.sleep(29.9)
    assert queue.receive() == []
    await asyncio.sleep(0.2)
    (again,) = queue.receive()
    assert again["attributes"]["ApproximateReceiveCount"] == "2"


@virtual
async def test_a_group_comes_back_when_all_of_its_messages_are_visible_and_in_its_order() -> None:
    queue = filled("a1", "a2", "a3")
    first, second = queue.receive(2)
    queue.hide(first["receiptHandle"], 1)
    queue.hide(second["receiptHandle"], 5)
    queue.put("a4", "a")
    await asyncio.sleep(4.9)
    assert queue.receive() == []
    await asyncio.sleep(0.2)
    assert bodies(queue.receive()) == ["a1", "a2", "a3", "a4"]


@virtual
async def test_nothing_overtakes_a_message_whose_neighbours_were_deleted() -> None:
    queue = filled("a1", "a2", "a3", "a4")
    records = queue.receive(3)
    queue.hide(records[1]["receiptHandle"], 2)
    queue.delete(records[0]["receiptHandle"])
    queue.delete(records[2]["receiptHandle"])
    assert queue.receive() == []
    await asyncio.sleep(2.1)
    assert bodies(queue.receive()) == ["a2", "a4"]


@virtual
async def test_an_old_receipt_deletes_and_hides_nothing() -> None:
    queue = filled("a1")
    (old,) = queue.receive()
    await asyncio.sleep(31)
    queue.receive()
    queue.delete(old["receiptHandle"])
    queue.hide(old["receiptHandle"], 0)
    assert queue.left == 1
    assert queue.receive() == []


@virtual
async def test_who_waits_hears_of_a_new_message_and_of_one_that_is_visible_again() -> None:
    queue, loop = filled(), asyncio.get_running_loop()
    waiting = asyncio.create_task(queue.available())
    await asyncio.sleep(2)
    queue.put("a1", "a")
    await waiting
    assert loop.time() == 2
    (record,) = queue.receive()
    queue.hide(record["receiptHandle"], 3)
    await queue.available()
    assert loop.time() == pytest.approx(5, abs=0.01)


@virtual
async def test_it_is_empty_when_all_is_deleted_and_not_when_all_is_in_flight() -> None:
    queue = filled("a1")
    (record,) = queue.receive()
    assert not queue.empty.is_set()
    queue.delete(record["receiptHandle"])
    assert queue.empty.is_set()


@virtual
async def test_messages_of_two_queues_have_different_ids() -> None:
    """Senders remember what they sent by its id."""
    first, second = FifoQueue("one.fifo"), FifoQueue("two.fifo")
    assert first.put("a1", "a") != second.put("a1", "a")
