"""Records as Lambda hands them over, and the answer that it understands."""

from typing import Any

import pytest

from courier.queues.records import Record, failures, records_of

#: As Lambda's event source mapping hands a FIFO queue's message over.
RAW: dict[str, Any] = {
    "messageId": "2e1424d4-f796-459a-8184-9c92662be6da",
    "receiptHandle": "AQEBzWwaftRI",
    "body": '{"type": "pulse", "data": {}, "correlation_id": "c-1"}',
    "attributes": {
        "ApproximateReceiveCount": "3",
        "SentTimestamp": "1795255200123",
        "SequenceNumber": "18849496460467696128",
        "MessageGroupId": "123",
        "SenderId": "AIDAIO23YVJENQZJOL4VO",
        "MessageDeduplicationId": "1",
        "ApproximateFirstReceiveTimestamp": "1795255200456",
    },
    "messageAttributes": {
        "correlation_id": {
            "stringValue": "c-2",
            "stringListValues": [],
            "binaryListValues": [],
            "dataType": "String",
        }
    },
    "md5OfBody": "e4e68fb7bd0e697a0ae8f1bb342846b3",
    "eventSource": "aws:sqs",
    "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:courier-bot-1.fifo",
    "awsRegion": "eu-west-1",
}


def test_a_record_of_a_fifo_queue() -> None:
    assert Record.of(RAW) == Record(
        message_id="2e1424d4-f796-459a-8184-9c92662be6da",
        receipt="AQEBzWwaftRI",
        body='{"type": "pulse", "data": {}, "correlation_id": "c-1"}',
        queue_arn="arn:aws:sqs:eu-west-1:123456789012:courier-bot-1.fifo",
        group="123",
        receives=3,
        queued_at=1795255200.123,
        correlation_id="c-1",
    )


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "c-1"),
        ({"body": "{}"}, "c-2"),
        ({"body": "{}", "messageAttributes": {}}, "2e1424d4-f796-459a-8184-9c92662be6da"),
    ],
)
def test_whose_correlation_id_it_has(changes: dict[str, Any], expected: str) -> None:
    assert Record.of(RAW | changes).correlation_id == expected


def test_a_standard_queues_message_is_a_group_of_its_own() -> None:
    record = Record.of(RAW | {"attributes": {"ApproximateReceiveCount": "1", "SentTimestamp": "1"}})

    assert record.group == record.message_id


def test_a_malformed_neighbour_costs_the_batch_nothing() -> None:
    records = records_of({"Records": [RAW | {"body": "[" * 200_000}, RAW]})

    assert [record.group for record in records] == ["123", "123"]


def test_records_stand_in_the_queues_order() -> None:
    raws = [RAW | {"messageId": str(number)} for number in (3, 1, 2)]

    assert [record.message_id for record in records_of({"Records": raws})] == ["3", "1", "2"]


def test_each_kept_message_is_named_once() -> None:
    assert failures([]) == {"batchItemFailures": []}
    assert failures(["a", "b", "a"]) == {"batchItemFailures": [{"itemIdentifier": "a"}, {"itemIdentifier": "b"}]}
