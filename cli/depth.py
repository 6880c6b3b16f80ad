"""How much a queue holds."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sqs.client import SQSClient


@dataclass(frozen=True, slots=True)
class Depth:
    """What a queue holds, as SQS estimates it.

    Attributes:
        waiting: Messages that can be received.
        held: Messages that somebody works on, or that were put off.
    """

    waiting: int
    held: int


def depth_of(client: "SQSClient", url: str) -> Depth:
    """What a queue holds now."""
    answer = client.get_queue_attributes(
        QueueUrl=url,
        AttributeNames=[
            "ApproximateNumberOfMessages",
            "ApproximateNumberOfMessagesNotVisible",
            "ApproximateNumberOfMessagesDelayed",
        ],
    )
    found = answer["Attributes"]
    return Depth(
        waiting=int(found["ApproximateNumberOfMessages"]),
        held=int(found["ApproximateNumberOfMessagesNotVisible"]) + int(found["ApproximateNumberOfMessagesDelayed"]),
    )
