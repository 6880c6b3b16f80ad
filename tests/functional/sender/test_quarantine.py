"""Messages that may have killed a worker: tried alone, counted right, and given up after five unfinished attempts."""

from courier.sender.marks import Identity, Settlement
from tests.functional.conftest import Bench
from tests.support.bots import active_bot
from tests.support.queues import record, send_msg


async def quarantine(bench: Bench, message_id: str, unfinished: int = 1) -> None:
    """Let a message have unfinished attempts behind it."""
    await bench.sender._marks.settle(Settlement(Identity(1, message_id, None), "raise", f"{unfinished}"))


async def test_a_message_in_quarantine_is_sent_before_those_behind_it_in_its_chat(bench: Bench) -> None:
    """Reservations of the messages behind it would take the room in the chat that it needs."""
    bench.use(active_bot(chat_burst=1, chat_per_second=1))
    await quarantine(bench, "first")
    batch = [record(send_msg(5, f"{number}"), message_id=f"behind-{number}") for number in range(8)]

    kept = await bench.send(record(send_msg(5, "first"), message_id="first"), *batch)

    assert bench.telegram.texts() == ["first"]
    assert kept == [one.message_id for one in batch]
