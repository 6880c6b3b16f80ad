"""How far a download is: told to the first who wait, in one message each, and never so often as to flood them."""

from typing import TYPE_CHECKING, Any

import pytest

from courier.download.delivery.mail import Mail
from courier.download.delivery.progress import MOST_TOLD, ProgressMessages
from courier.queues.names import QueueNames
from courier.state.jobs import JobTable
from courier.state.media import Job, Request
from courier.state.progress import ProgressTable
from tests.functional.download.desk import HASH, Posted, waiter
from tests.functional.state.conftest import TABLE, aws, client

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.client import DynamoDBClient

__all__ = ["aws", "client"]

JOB = Job(hash=HASH, state="running", attempt=1, url="", media="video", quality="best")


class Desk:
    """Progress over moto's table, with a clock of the test's own."""

    def __init__(self, client: "DynamoDBClient") -> None:
        self.now = 1_800_000_000.0
        self.posted = Posted()
        self.jobs = JobTable(client, TABLE, clock=self.clock, pause=lambda _: None)
        self.table = ProgressTable(client, TABLE, self.clock)
        self.progress = self.process()

    def clock(self) -> float:
        return self.now

    def process(self) -> ProgressMessages:
        return ProgressMessages(self.jobs, self.table, Mail(self.posted, QueueNames("courier")), self.clock)

    def ask(self, *numbers: int, **more: Any) -> None:
        for number in numbers:
            self.jobs.join(Request(HASH, "", "video", "best", waiter(number, **more)))

    def tell(self, fraction: float | None, *, after_s: float = 0.0, stage: str = "Downloading") -> None:
        self.now += after_s
        self.progress.tell(JOB, fraction, stage)

    def said(self, kind: str) -> list[str]:
        return [one["text"] for one in self.posted.of(kind)]


@pytest.fixture
def desk(client: "DynamoDBClient") -> Desk:
    made = Desk(client)
    made.ask(1)
    return made


def test_a_download_of_seconds_is_worth_no_message(desk: Desk) -> None:
    desk.tell(0.1)
    desk.tell(0.9, after_s=2.9)

    assert desk.posted.messages == []


def test_one_message_is_sent_and_then_edited(desk: Desk) -> None:
    desk.tell(0.0)
    desk.tell(0.1, after_s=3)
    desk.tell(0.52, after_s=5)

    (sent,), (edited,) = desk.posted.of("send_msg"), desk.posted.of("edit_msg")
    assert (sent["text"], edited["text"]) == ("Downloading… 10 %", "Downloading… 50 %")
    assert sent["external_id"] == edited["external_id"] == "1-1-progress"
    assert (sent["reply_to_message_id"], sent["disable_notification"]) == (9, True)
    assert desk.table.has("1-1")


def test_nothing_is_said_twice_and_nothing_too_soon(desk: Desk) -> None:
    desk.tell(0.0)
    desk.tell(0.1, after_s=3)
    for fraction in (0.2, 0.3, 0.4, 0.5):
        desk.tell(fraction, after_s=1.2)
    desk.tell(0.5, after_s=60)
    desk.tell(0.54, after_s=60)

    assert desk.said("edit_msg") == ["Downloading… 50 %"]


def test_a_group_is_told_less_often(desk: Desk) -> None:
    desk.ask(2, chat_id=-100)
    desk.tell(0.0)
    for step in range(1, 7):
        desk.tell(step / 10, after_s=5)

    edits = desk.posted.of("edit_msg")
    assert len([one for one in edits if one["chat_id"] == 101]) == 5
    assert [one["text"] for one in edits if one["chat_id"] == -100] == ["Downloading… 40 %"]


def test_the_first_are_told_and_a_crowd_isnt(desk: Desk) -> None:
    desk.ask(*range(2, 40))
    desk.tell(0.0)
    desk.tell(0.1, after_s=3)

    assert len(desk.posted.of("send_msg")) == MOST_TOLD


def test_who_comes_later_is_told_from_then_on(desk: Desk) -> None:
    desk.tell(0.0)
    desk.tell(0.1, after_s=3)
    desk.ask(2)
    desk.tell(0.2, after_s=5)

    assert [one["external_id"] for one in desk.posted.of("send_msg")] == ["1-1-progress", "1-2-progress"]


def test_another_attempt_goes_on_with_the_same_message(desk: Desk) -> None:
    desk.tell(0.0)
    desk.tell(0.5, after_s=3)
    desk.progress = desk.process()
    desk.tell(0.0)
    desk.tell(0.1, after_s=3)

    assert desk.said("send_msg") == ["Downloading… 50 %"]
    assert desk.said("edit_msg") == ["Downloading… 10 %"]


def test_what_cant_be_told_costs_the_download_nothing(desk: Desk) -> None:
    desk.posted.is_down = True
    desk.tell(0.0)
    desk.tell(0.1, after_s=3)
    desk.posted.is_down = False
    desk.tell(0.2, after_s=5)

    assert desk.said("edit_msg") == ["Downloading… 20 %"], "the first may have arrived, nobody knows"


def test_the_stage_is_told_where_nobody_knows_how_far(desk: Desk) -> None:
    desk.tell(None)
    desk.tell(None, after_s=3, stage="Making <b>mp3</b>")

    assert desk.said("send_msg") == ["Making &lt;b&gt;mp3&lt;/b&gt;…"]
