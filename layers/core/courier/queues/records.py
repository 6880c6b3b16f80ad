"""What Lambda hands over of a queue: the records of an event, and which of them stay in it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypedDict

from courier.contracts.envelope import CORRELATION_ID, correlation_id_of

#: SQS: a message stays invisible for 12 hours at most, counted from its receive; some are kept for the batch itself.
MAX_VISIBILITY_S = 43_200 - 60


class ItemFailure(TypedDict):
    """One record that stays in its queue."""

    itemIdentifier: str


class BatchResponse(TypedDict):
    """What Lambda wants to know of a batch: all others are deleted."""

    batchItemFailures: list[ItemFailure]


@dataclass(frozen=True, slots=True)
class Record:
    """One message of an SQS event.

    Attributes:
        message_id: SQS's id: the same at every redelivery.
        receipt: Of this receive; what a change of visibility names.
        group: Message group: what keeps its order.
        receives: How often it was received, this time included.
        queued_at: Seconds since 1970.
        correlation_id: Of the envelope, else of the message's attributes, else SQS's id: a fresh one that is the same
            at every redelivery.
    """

    message_id: str
    receipt: str
    body: str
    queue_arn: str
    group: str
    receives: int
    queued_at: float
    correlation_id: str

    @classmethod
    def of(cls, raw: Mapping[str, Any]) -> "Record":
        """From a record of a Lambda event."""
        attributes = raw["attributes"]
        named = raw.get("messageAttributes", {}).get(CORRELATION_ID, {})
        return cls(
            message_id=raw["messageId"],
            receipt=raw["receiptHandle"],
            body=raw["body"],
            queue_arn=raw["eventSourceARN"],
            group=attributes.get("MessageGroupId", raw["messageId"]),
            receives=int(attributes.get("ApproximateReceiveCount", 1)),
            queued_at=int(attributes.get("SentTimestamp", 0)) / 1000,
            correlation_id=correlation_id_of(raw["body"], named.get("stringValue"), fresh=raw["messageId"]),
        )


def records_of(event: Mapping[str, Any]) -> list[Record]:
    """All records of an event, in the queue's order."""
    return [Record.of(raw) for raw in event["Records"]]


def failures(message_ids: list[str]) -> BatchResponse:
    """The response that keeps these messages; each named once, and none that wasn't in the batch."""
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in dict.fromkeys(message_ids)]}
