"""Batches that are sent whole, and visibility: what SQS is asked for."""

from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import pytest
from botocore.exceptions import ClientError, ConnectTimeoutError

from courier.errors import StateUnavailableError
from courier.queues.records import MAX_VISIBILITY_S
from courier.queues.sqs import TRIES, Outbound, Sqs

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient

URL = "https://sqs.test/courier-dead.fifo"
REFUSED = ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "SendMessageBatch")
SILENT = ConnectTimeoutError(endpoint_url=URL)


class FakeClient:
    """SQS of one queue: takes entries but those whose body or receipt `refuse` names, while it does."""

    def __init__(self, refuse: Callable[[str], bool] = lambda _: False) -> None:
        self.refuse = refuse
        self.error: Exception | None = None
        self.calls: list[list[dict[str, Any]]] = []
        self.taken: list[str] = []

    def get_queue_url(self, *, QueueName: str) -> dict[str, str]:  # noqa: N803 - boto3's
        self.calls.append([])
        if self.error:
            raise self.error
        return {"QueueUrl": f"https://sqs.test/{QueueName}"}

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        return self._batch(QueueUrl, Entries, "MessageBody")

    def change_message_visibility_batch(self, *, QueueUrl: str, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803
        return self._batch(QueueUrl, Entries, "ReceiptHandle")

    def _batch(self, url: str, entries: list[dict[str, Any]], name: str) -> dict[str, Any]:
        assert url == URL
        assert 1 <= len(entries) <= 10
        assert len({entry["Id"] for entry in entries}) == len(entries)
        self.calls.append(entries)
        if self.error:
            raise self.error
        failed = [entry for entry in entries if self.refuse(entry[name])]
        self.taken += [entry[name] for entry in entries if entry not in failed]
        return {"Failed": [{"Id": entry["Id"], "Code": "Busy", "SenderFault": False} for entry in failed]}


def sqs(client: FakeClient) -> Sqs:
    return Sqs(cast("SQSClient", client))


def bodies(count: int) -> list[Outbound]:
    return [Outbound(f"{number}") for number in range(count)]


def test_an_entry_of_a_fifo_queue() -> None:
    assert Outbound("b", "g", "d", {"reason": "r"}).entry(3) == {
        "Id": "3",
        "MessageBody": "b",
        "MessageGroupId": "g",
        "MessageDeduplicationId": "d",
        "MessageAttributes": {"reason": {"DataType": "String", "StringValue": "r"}},
    }


def test_an_entry_of_a_standard_queue() -> None:
    assert Outbound("b").entry(0) == {"Id": "0", "MessageBody": "b"}


@pytest.mark.parametrize(("count", "sizes"), [(0, []), (1, [1]), (10, [10]), (25, [10, 10, 5])])
def test_messages_go_in_their_order_ten_a_call(count: int, sizes: list[int]) -> None:
    client = FakeClient()

    sqs(client).send(URL, bodies(count))

    assert [len(call) for call in client.calls] == sizes
    assert client.taken == [f"{number}" for number in range(count)]


def test_only_what_failed_is_sent_again() -> None:
    tried: Counter[str] = Counter()

    def busy(body: str) -> bool:
        tried[body] += 1
        return body in "13" and tried[body] < TRIES

    client = FakeClient(busy)

    sqs(client).send(URL, bodies(5))

    assert [[entry["MessageBody"] for entry in call] for call in client.calls] == [
        list("01234"),
        list("13"),
        list("13"),
    ]
    assert sorted(client.taken) == list("01234")


def test_what_fails_again_and_again_is_told() -> None:
    client = FakeClient(lambda body: body == "1")

    with pytest.raises(StateUnavailableError, match="not taken: Busy"):
        sqs(client).send(URL, bodies(3))

    assert len(client.calls) == TRIES


@pytest.mark.parametrize("error", [REFUSED, SILENT])
def test_sqs_that_cant_be_asked_is_one_error(error: Exception) -> None:
    client = FakeClient()
    client.error = error

    with pytest.raises(StateUnavailableError):
        sqs(client).send(URL, bodies(1))
    with pytest.raises(StateUnavailableError):
        sqs(client).url("courier-dead.fifo")
    assert len(sqs(client).hide(URL, {"r": 1})) == 1


def test_a_queues_url_is_asked_for_once() -> None:
    client = FakeClient()
    queues = sqs(client)

    assert [queues.url("courier-dead.fifo") for _ in range(3)] == [URL] * 3
    assert len(client.calls) == 1


def test_messages_are_hidden_ten_a_call_and_within_sqss_bounds() -> None:
    client = FakeClient()

    refused = sqs(client).hide(URL, {f"{number}": number for number in range(10)} | {"past": -1, "far": 10**6})

    assert refused == []
    assert [len(call) for call in client.calls] == [10, 2]
    assert {entry["ReceiptHandle"]: entry["VisibilityTimeout"] for call in client.calls for entry in call} == {
        **{f"{number}": number for number in range(10)},
        "past": 0,
        "far": MAX_VISIBILITY_S,
    }


def test_what_cant_be_hidden_is_told_and_the_rest_is_hidden() -> None:
    client = FakeClient(lambda receipt: receipt == "gone")

    assert sqs(client).hide(URL, {"gone": 1, "here": 2}) == ["Busy "]
    assert client.taken == ["here"]
