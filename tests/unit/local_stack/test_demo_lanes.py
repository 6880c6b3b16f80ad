import io

from rich.console import Console

from local.demo.lanes import BATCH, Lane
from local.demo.table import table
from local.simulator.journal import Accepted


def lane(count: int = 25) -> Lane:
    return Lane("regular", "courier-bot-1.fifo", first_chat=100, count=count)


def accepted(chat_id: int | None, time: float) -> Accepted:
    return Accepted(time=time, bot_id=1, chat_id=chat_id, method="sendMessage", message_id=1)


def test_batches_hold_each_chat_once_and_fit_into_a_call() -> None:
    batches = lane().batches(bot_id=7)
    assert [len(envelopes) for _, envelopes in batches] == [BATCH, BATCH, 5]
    assert [chat for chats, _ in batches for chat in chats] == list(range(100, 125))
    first = batches[0][1][0]
    assert first["type"] == "send_msg"
    assert (first["data"]["bot_id"], first["data"]["chat_id"]) == (7, 100)


def test_arrivals_are_matched_by_chat_and_counted_once() -> None:
    one = lane(count=2)
    one.sent_at = {100: 10.0, 101: 10.0}
    one.note_arrivals([accepted(100, 10.5), accepted(100, 12.0), accepted(99, 11.0), accepted(None, 11.0)])
    assert (one.latencies, one.complete) == ([0.5], False)
    one.note_arrivals([accepted(101, 11.0)])
    assert (one.latencies, one.complete) == ([0.5, 1.0], True)


def rendered(lanes: list[Lane], refused: int) -> list[list[str]]:
    console = Console(file=io.StringIO(), width=100)
    console.print(table(lanes, refused))
    assert isinstance(console.file, io.StringIO)
    return [line.split() for line in console.file.getvalue().splitlines() if line.strip()]


def test_the_table_has_a_row_a_lane_and_one_for_all() -> None:
    one, other = lane(count=3), Lane("broadcast", "q", first_chat=500, count=2)
    one.sent_at = dict.fromkeys(one.chats, 10.0)
    one.arrived_at = {100: 10.1, 101: 10.2, 102: 10.3}
    one.refused = 1
    other.sent_at = dict.fromkeys(other.chats, 11.0)
    rows = {row[0]: row[1:] for row in rendered([one, other], refused=2)}
    assert rows["regular"] == ["3", "3", "10.0", "0.10", "0.30", "0.20", "0.29", "1"]
    assert rows["broadcast"] == ["2", "0", "0.0", "-", "-", "-", "-", "0"]
    assert rows["both"] == ["5", "3", "10.0", "0.10", "0.30", "0.20", "0.29", "2"]


def test_nothing_sent_is_a_table_too() -> None:
    assert rendered([lane()], refused=0)
